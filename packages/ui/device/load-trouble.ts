import { html, type LitElement, nothing } from "lit";
import { CircleAlert } from "lucide";
import type { ApiFailure } from "../data/failure.ts";
import type { Delay } from "../data/until-answered.ts";
import { icon } from "../look/icon.ts";

interface Load {
  error: unknown;
  delay: Delay | null;
  again(): void;
  tryNow(): void;
}

/**
 * Why a part of the page isn't there. While the device is away the page says so above. `pawl-refused`: the device wants to
 * know who asks.
 */
export function loadTrouble(of: LitElement, load: Load, words: { failed: string; tryAgain: string }) {
  const failure = (load.error as ApiFailure | undefined) ?? load.delay?.failure;
  if (failure === undefined) return nothing;
  const { code, message, status } = failure;
  if (status === null) return html`<p class="quiet">${words.failed}</p>`;
  if (code === "unauthorized") of.dispatchEvent(new Event("pawl-refused", { bubbles: true, composed: true }));
  // It is asked again by itself where that may help; whoever presses needn't wait.
  const press = () => (load.delay === null ? load.again() : load.tryNow());
  return html`<div class="notice warn" role="alert">
    ${icon(CircleAlert)}
    <div>
      <p>${words.failed} ${message}</p>
      <button class="link" type="button" @click=${press}>${words.tryAgain}</button>
    </div>
  </div>`;
}
