import { css, html, LitElement, nothing } from "lit";
import { CircleAlert } from "lucide";
import type { AppView } from "../../data/live-app.ts";
import type { Action } from "../../data/update-actions.ts";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords } from "../../words/dialog.ts";
import { callWords } from "../../words/failures.ts";
import { ago, duration } from "../../words/format.ts";
import type { Asked } from "./acting.ts";
import { askToSignIn } from "./sign-in.ts";

const words = dialogWords.trouble;

/**
 * Why a press came to nothing, beside what was pressed. `pawl-watch`: the reader wants to see the update that was quicker.
 */
export class PawlUpdateTrouble extends LitElement {
  static override properties = {
    asked: { attribute: false },
    view: { attribute: false },
    of: { attribute: false },
    isElsewhere: { state: true },
  };
  declare asked: Asked;
  declare view: AppView;
  /** Which actions it is beside. */
  declare of: readonly Action["type"][];
  /** There is no place to sign in on this page. */
  declare isElsewhere: boolean;

  static override styles = [
    partLook,
    css`
      :host {
        flex: 1 0 100%;
      }
    `,
  ];

  constructor() {
    super();
    this.isElsewhere = false;
  }

  /** What has nothing to say takes no room between the buttons. */
  override willUpdate(): void {
    this.hidden = this.#trouble() === null;
  }

  override render() {
    const trouble = this.#trouble();
    if (trouble === null) return nothing;
    return html`<div class="notice warn" role="alert">
      ${icon(CircleAlert)}
      <div class="row">${this.#told(trouble)}</div>
    </div>`;
  }

  #trouble(): Asked["trouble"] {
    const { trouble } = this.asked;
    if (trouble === null || !this.of.includes(trouble.action.type)) return null;
    // What was quicker has ended, and the page says how.
    return trouble.failure.code === "busy" && this.view.status?.last_result ? null : trouble;
  }

  #told({ action, failure: { code, message } }: NonNullable<Asked["trouble"]>) {
    if (code === "busy" && action.type === "cancel") return html`<p>${message}</p>`;
    if (code === "busy" && this.view.status?.update) {
      const { unattended, started_at: at } = this.view.status.update;
      const seconds = Math.max(1, Math.round((Date.now() - Date.parse(at)) / 1000));
      const when = seconds < 60 ? words.ago(duration(seconds)) : ago(at);
      return html`<p>${unattended ? words.busyTimer(when) : words.busyOther(when)}</p>
        <button class="link" type="button" @click=${this.#watch}>${words.watch}</button>`;
    }
    if (code === "unauthorized") {
      return this.isElsewhere
        ? html`<p>${words.signInElsewhere}</p>`
        : html`<p>${callWords(code, message, Date.now())}</p>
            <button class="link" type="button" @click=${this.#signIn}>${words.signIn}</button>`;
    }
    return html`<p>${callWords(code, message, Date.now())}</p>`;
  }

  readonly #signIn = () => {
    this.isElsewhere = !askToSignIn(this);
  };

  readonly #watch = () => this.dispatchEvent(new Event("pawl-watch", { bubbles: true, composed: true }));
}

customElements.define("pawl-update-trouble", PawlUpdateTrouble);
