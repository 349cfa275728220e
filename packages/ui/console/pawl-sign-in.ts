import { css, html, LitElement, nothing } from "lit";
import { KeyRound } from "lucide";
import { type ServerAt, serverAt } from "../builder/server-at.ts";
import type { SignInReason } from "../data/console-session.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import "../elements/pawl-copy.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/console.ts";

export interface SignedIn {
  token: string;
  isLasting: boolean;
}

const MOST_SCOPE = "admin";

/** Asks for a token, says which scope is needed, and looks whether the server knows it. `signed-in`, or `sign-out` for who goes on without. */
export class PawlSignIn extends LitElement {
  static override properties = {
    at: { attribute: false },
    reason: { attribute: false },
    scope: { attribute: false },
    isChecking: { state: true },
    trouble: { state: true },
  };
  declare at: ServerAt;
  /** Null: somebody wants to. */
  declare reason: SignInReason | null;
  /** Null: any will do. */
  declare scope: ServerSchemas["Scope"] | null;
  declare isChecking: boolean;
  declare trouble: string;

  static override styles = [
    base,
    css`
      :host {
        display: block;
        max-width: 34rem;
      }
      .card,
      form {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      h2 {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-bottom: 8px;
      }
      .field {
        width: 100%;
        font-family: var(--font-mono);
      }
      label.token {
        display: grid;
        gap: 4px;
        font-weight: 550;
      }
      label.keep {
        display: flex;
        gap: 12px;
        align-items: center;
        min-height: 44px;
      }
      .command {
        display: flex;
        align-items: center;
        gap: 4px;
      }
      code {
        flex: 1;
        min-width: 0;
        padding: 8px 12px;
        border-radius: var(--radius-control);
        background: var(--surface-2);
        overflow-wrap: anywhere;
      }
      .part {
        display: inline-block;
        white-space: pre;
      }
      .buttons {
        gap: 8px 16px;
      }
    `,
  ];

  constructor() {
    super();
    this.reason = null;
    this.scope = null;
    this.isChecking = false;
    this.trouble = "";
  }

  override render() {
    const { reason, scope } = this;
    const command = words.signIn.command(scope ?? MOST_SCOPE);
    return html`<section class="card" aria-label=${words.signIn.heading}>
      ${
        reason === null
          ? nothing
          : html`<div>
              <h2>${icon(KeyRound)} ${words.signIn.heading}</h2>
              <p>${words.signIn.why[reason]}</p>
              ${scope === null ? nothing : html`<p>${words.signIn.needs(scope)}</p>`}
            </div>`
      }
      <form @submit=${this.#submit}>
        <label class="token">
          ${words.signIn.token}
          <input
            class="field"
            type="password"
            name="token"
            autocomplete="current-password"
            spellcheck="false"
            aria-describedby="trouble"
            aria-invalid=${this.trouble !== ""}
          />
        </label>
        <p id="trouble" class="danger" role="alert" ?hidden=${this.trouble === ""}>${this.trouble}</p>
        <label class="keep">
          <input type="checkbox" name="keep" />
          <span>${words.signIn.keep}<br /><span class="quiet small">${words.signIn.keepHint}</span></span>
        </label>
        <div class="buttons">
          <button class="button primary" type="submit" aria-disabled=${this.isChecking}>
            ${this.isChecking ? words.signIn.checking : words.signIn.submit}
          </button>
          ${
            reason === "unknown-token"
              ? html`<button class="link" type="button" @click=${this.#leave}>${words.signIn.public}</button>`
              : nothing
          }
        </div>
      </form>
      <div>
        <p class="quiet small">${words.signIn.how}</p>
        <div class="command">
          <code class="mono">${unbroken(command)}</code>
          <pawl-copy bare label=${command} .text=${command}></pawl-copy>
        </div>
      </div>
    </section>`;
  }

  readonly #submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (this.isChecking) return;
    const form = new FormData(event.target as HTMLFormElement);
    const token = String(form.get("token") ?? "").trim();
    this.trouble = token === "" ? words.signIn.empty : "";
    if (token === "") return;
    this.isChecking = true;
    this.trouble = await troubleOf(token, this.at);
    this.isChecking = false;
    if (this.trouble !== "") return;
    const detail: SignedIn = { token, isLasting: form.has("keep") };
    this.dispatchEvent(new CustomEvent("signed-in", { detail, bubbles: true, composed: true }));
  };

  readonly #leave = () => this.dispatchEvent(new CustomEvent("sign-out", { bubbles: true, composed: true }));
}

/** An option isn't broken in its middle. */
const unbroken = (command: string) => command.split(/ (?=--)/).map((part) => html`<span class="part">${part} </span>`);

/** A token that isn't known is refused everywhere, also where none is needed. */
async function troubleOf(token: string, { options }: ServerAt): Promise<string> {
  // What no header can have in it is no token.
  if (!/^[\x21-\x7e]+$/.test(token)) return words.signIn.unknown;
  try {
    await answerOf(serverAt({ ...options, token }).client.GET("/api/v2/server"));
    return "";
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return error.status === 401 ? words.signIn.unknown : error.message;
  }
}

customElements.define("pawl-sign-in", PawlSignIn);
