import { html, LitElement } from "lit";
import { LogIn } from "lucide";
import type { ApiFailure } from "../../data/failure.ts";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords as words } from "../../words/dialog.ts";
import { callWords } from "../../words/failures.ts";
import { askToSignIn } from "./sign-in.ts";

/** That the device doesn't want to be asked by this page, and what to do about it. */
export class PawlUpdateRefused extends LitElement {
  static override properties = { failure: { attribute: false }, isElsewhere: { state: true } };
  declare failure: ApiFailure;
  /** There is no place to sign in on this page. */
  declare isElsewhere: boolean;

  static override styles = partLook;

  constructor() {
    super();
    this.isElsewhere = false;
  }

  override render() {
    const { code, message } = this.failure;
    if (code !== "unauthorized") return html`<p>${callWords(code, message, Date.now())}</p>`;
    return html`<div class="stack">
      <p>${words.signInToSee}</p>
      ${
        this.isElsewhere
          ? html`<p role="alert">${words.trouble.signInElsewhere}</p>`
          : html`<div>
              <button class="button primary" type="button" @click=${this.#signIn}>
                ${icon(LogIn)} ${words.trouble.signIn}
              </button>
            </div>`
      }
    </div>`;
  }

  readonly #signIn = () => {
    this.isElsewhere = !askToSignIn(this);
  };
}

customElements.define("pawl-update-refused", PawlUpdateRefused);
