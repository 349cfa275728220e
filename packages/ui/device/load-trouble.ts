import { html, type LitElement, nothing } from "lit";
import { CircleAlert } from "lucide";
import type { ApiFailure } from "../data/failure.ts";
import type { Delay } from "../data/until-answered.ts";
import { icon } from "../look/icon.ts";

interface Load {
  error: unknown;
  delay: Delay | null;
  again(): void;
}

/**
 * Why a part of the page isn't there. While the device is away the page says so above. `pawl-refused`: the device wants to
 * know who asks.
 */
export function loadTrouble(of: LitElement, load: Load, words: { failed: string; tryAgain: string }) {
  if (load.error === undefined) return load.delay === null ? nothing : html`<p class="quiet">${words.failed}</p>`;
  const { code, message } = load.error as ApiFailure;
  if (code === "unauthorized") of.dispatchEvent(new Event("pawl-refused", { bubbles: true, composed: true }));
  return html`<div class="notice warn" role="alert">
    ${icon(CircleAlert)}
    <div>
      <p>${words.failed} ${message}</p>
      <button class="link" type="button" @click=${() => load.again()}>${words.tryAgain}</button>
    </div>
  </div>`;
}
