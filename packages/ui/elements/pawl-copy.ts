import { html, LitElement, nothing } from "lit";
import { Check, Copy } from "lucide";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/copy.ts";

/** So long it says what came of it, in milliseconds. */
const SAID_MS = 2_000;

/** A button that copies a text, or what a function says when it is pressed. */
export class PawlCopy extends LitElement {
  static override properties = {
    text: { attribute: false },
    label: { type: String },
    bare: { type: Boolean },
    came: { state: true },
  };
  declare text: string | (() => string);
  declare label: string;
  /** Only its icon is shown; the label is said. */
  declare bare: boolean;
  /** Of the last press; null: it is long ago. */
  declare came: "copied" | "failed" | null;

  static override styles = base;

  constructor() {
    super();
    this.text = "";
    this.label = "";
    this.bare = false;
    this.came = null;
  }

  override render() {
    const isCopied = this.came === "copied";
    const isSeen = this.bare || this.came === "failed";
    return html`<button
        class=${this.bare ? "link" : "button"}
        type="button"
        title=${this.bare ? this.label : nothing}
        @click=${this.#copy}
      >
        ${icon(isCopied ? Check : Copy)}
        <span class=${this.bare || isCopied ? "visually-hidden" : ""}>${this.label}</span>
        ${isCopied && !this.bare ? html`<span aria-hidden="true">${words.copied}</span>` : nothing}
      </button>
      <span class=${isSeen ? "small" : "visually-hidden"} role="status">${this.came === null ? nothing : words[this.came]}</span>`;
  }

  readonly #copy = async () => {
    const text = typeof this.text === "string" ? this.text : this.text();
    this.came = (await copyText(text, this.renderRoot)) ? "copied" : "failed";
    setTimeout(() => (this.came = null), SAID_MS);
  };
}

/**
 * Servers at home have no TLS, and without it a browser has no clipboard of the new kind. The old one copies what is selected:
 * in here, since nothing outside of an open dialog can be.
 */
async function copyText(text: string, within: Node): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    field.className = "visually-hidden";
    const root = within.getRootNode();
    const focused = root instanceof ShadowRoot ? root.activeElement : null;
    within.appendChild(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return isCopied;
  }
}

customElements.define("pawl-copy", PawlCopy);
