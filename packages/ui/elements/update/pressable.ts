import { html, nothing, type TemplateResult } from "lit";
import type { Can } from "../../data/can.ts";
import { dialogWords as words } from "../../words/dialog.ts";

interface Pressable {
  can: Can;
  label: string | TemplateResult;
  press: () => void;
  /** The one obvious thing to do. */
  primary?: boolean;
  /** Looks like a link; for what one does rarely. */
  quiet?: boolean;
  /** Was pressed, and isn't answered yet. */
  pending?: boolean;
}

/** A button that says why it can't be pressed, instead of being hidden. It stays in the order of the keyboard, to say it. */
export function pressable({ can, label, press, primary = false, quiet = false, pending = false }: Pressable) {
  const reason = can === true ? null : words.reasons[can];
  const look = quiet ? "link" : primary ? "button primary" : "button";
  return html`<button
    class=${look}
    type="button"
    aria-disabled=${reason !== null || pending ? "true" : nothing}
    title=${reason ?? nothing}
    @click=${() => (reason === null && !pending ? press() : undefined)}
  >
    ${label}${reason === null ? nothing : html`<span class="visually-hidden">: ${reason}</span>`}
  </button>`;
}

/** The reason once more, to be read beside the obvious button. */
export function whyNot(can: Can): TemplateResult | typeof nothing {
  return can === true ? nothing : html`<p class="quiet small" aria-hidden="true">${words.reasons[can]}.</p>`;
}
