import { css, html, LitElement, nothing } from "lit";
import { Plus } from "lucide";
import { expiryOf, newTokenTrouble } from "../data/new-token.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import "../elements/pawl-copy.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/console.ts";
import type { Here } from "./here.ts";
import { consoleLook } from "./look.ts";

const { tokens } = words;
const SCOPES = ["builds:manage", "workers:read", "stats:read", "catalog:refresh", "admin"] as const;
const DAYS = ["", "7", "30", "90", "365"] as const;

/** Makes a token, and shows it once. `made` when it is there. */
export class PawlTokenMaker extends LitElement {
  static override properties = {
    here: { attribute: false },
    made: { state: true },
    isAsking: { state: true },
    trouble: { state: true },
  };
  declare here: Here;
  declare made: ServerSchemas["MadeToken"] | null;
  declare isAsking: boolean;
  declare trouble: string;

  static override styles = [
    base,
    consoleLook,
    css`
      details.card {
        padding: 0 16px;
      }
      details[open].card {
        padding-bottom: 16px;
      }
      summary {
        font-weight: 550;
      }
      fieldset {
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend,
      .label {
        padding: 0;
        font-weight: 550;
      }
      label.scope {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 44px;
      }
      label.named {
        display: grid;
        justify-items: start;
        gap: 4px;
      }
      .named .field {
        width: min(100%, 24rem);
      }
      .made {
        border-color: var(--accent);
      }
      code {
        padding: 12px;
        border-radius: var(--radius-control);
        background: var(--surface-2);
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];

  constructor() {
    super();
    this.made = null;
    this.isAsking = false;
    this.trouble = "";
  }

  override render() {
    const { made } = this;
    if (made !== null) {
      return html`<section class="card made stack" role="status">
        <h2>${tokens.made(made.name)}</h2>
        <p>${tokens.madeHint}</p>
        <code class="mono">${made.token}</code>
        <div class="buttons">
          <pawl-copy label=${tokens.copy} .text=${made.token}></pawl-copy>
          <button class="button" type="button" @click=${() => (this.made = null)}>${tokens.done}</button>
        </div>
      </section>`;
    }
    return html`<details class="card">
      <summary>${tokens.make}</summary>
      <form class="stack" @submit=${this.#submit}>
        <label class="named">
          <span class="label">${tokens.name}</span>
          <input class="field" name="name" autocomplete="off" spellcheck="false" maxlength="64" aria-describedby="name-hint" />
          <span id="name-hint" class="quiet small">${tokens.makeHint}</span>
        </label>
        <fieldset>
          <legend>${tokens.scopes}</legend>
          ${SCOPES.map(
            (scope) => html`<label class="scope">
              <input type="checkbox" name="scope" value=${scope} />
              <span>${tokens.scope[scope]}</span>
            </label>`,
          )}
        </fieldset>
        <label class="named">
          <span class="label">${tokens.expires}</span>
          <select class="field" name="days">
            ${DAYS.map((days) => html`<option value=${days} ?selected=${days === "90"}>${tokens.expiresIn[days]}</option>`)}
          </select>
        </label>
        ${this.trouble === "" ? nothing : html`<p class="danger" role="alert">${this.trouble}</p>`}
        <div>
          <button class="button primary" type="submit" aria-disabled=${this.isAsking}>
            ${icon(Plus)} ${this.isAsking ? tokens.making : tokens.make}
          </button>
        </div>
      </form>
    </details>`;
  }

  readonly #submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (this.isAsking) return;
    const form = new FormData(event.target as HTMLFormElement);
    const name = String(form.get("name") ?? "").trim();
    const scopes = SCOPES.filter((scope) => form.getAll("scope").includes(scope));
    const wrong = newTokenTrouble({ name, scopes });
    this.trouble = wrong === null ? "" : wrong === "name" ? tokens.nameWrong : tokens.scopeWrong;
    if (wrong !== null) return;
    this.isAsking = true;
    try {
      const body = { name, scopes, expires_at: expiryOf(String(form.get("days") ?? ""), Date.now()) };
      this.made = await answerOf(this.here.at.client.POST("/api/v2/tokens", { body }));
      this.dispatchEvent(new CustomEvent("made"));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    } finally {
      this.isAsking = false;
    }
  };
}

customElements.define("pawl-token-maker", PawlTokenMaker);
