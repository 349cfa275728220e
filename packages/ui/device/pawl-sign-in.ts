import { css, html, LitElement, nothing } from "lit";
import { CircleAlert } from "lucide";
import { answerOf, type DeviceClient } from "../data/device.ts";
import { ApiFailure } from "../data/failure.ts";
import { tickWhile } from "../elements/ticking.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { deviceWords } from "../words/device.ts";
import { duration } from "../words/format.ts";

const words = deviceWords.signIn;

/** Trades a token for the page's session. `pawl-signed-in`: there is one now; `pawl-cancel`: the reader goes on without. */
export class PawlSignIn extends LitElement {
  static override properties = {
    client: { attribute: false },
    isOptional: { attribute: false },
    isAsking: { state: true },
    trouble: { state: true },
    againAt: { state: true },
  };
  declare client: DeviceClient;
  /** There is something to see without, too. */
  declare isOptional: boolean;
  declare isAsking: boolean;
  declare trouble: string | null;
  /** Before then the device doesn't listen, in milliseconds since 1970. */
  declare againAt: number | null;

  static override styles = [
    base,
    css`
      :host {
        display: block;
        max-width: 460px;
        width: 100%;
        margin: 24px auto;
      }
      form {
        display: grid;
        gap: 16px;
        padding: 24px;
      }
      label {
        display: grid;
        gap: 4px;
        font-weight: 550;
      }
      .field {
        width: 100%;
        font-weight: 400;
      }
      code {
        display: block;
        padding: 8px 12px;
        border-radius: var(--radius-control);
        background: var(--surface-2);
        overflow-wrap: anywhere;
      }
      .why {
        display: grid;
        gap: 8px;
      }
      .trouble {
        display: grid;
        grid-template-columns: 20px 1fr;
        gap: 8px;
        color: var(--danger);
      }
      .trouble svg {
        margin-top: 2px;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 16px;
      }
    `,
  ];

  constructor() {
    super();
    this.isOptional = false;
    this.isAsking = false;
    this.trouble = null;
    this.againAt = null;
    tickWhile(this, () => this.againAt !== null);
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector("input")?.focus();
  }

  override render() {
    const isLimited = this.#secondsLeft() > 0;
    return html`<form class="card" @submit=${this.#submit}>
      <h1>${words.title}</h1>
      <div class="why">
        <p>${words.why}</p>
        <code class="mono">${words.command}</code>
      </div>
      <label>
        ${words.token}
        <input
          class="field mono"
          type="password"
          name="token"
          required
          maxlength="4096"
          autocomplete="current-password"
          autocapitalize="off"
          spellcheck="false"
          aria-describedby="trouble"
        />
      </label>
      <div id="trouble" role="alert">${this.#trouble()}</div>
      <div class="row">
        <button class="button primary" type="submit" aria-disabled=${isLimited || this.isAsking ? "true" : nothing}>
          ${this.isAsking ? words.pressing : words.press}
        </button>
        ${
          this.isOptional
            ? html`<button class="link" type="button" @click=${() => this.dispatchEvent(new Event("pawl-cancel"))}>${words.cancel}</button>`
            : nothing
        }
      </div>
      <p class="quiet small">${words.stays}</p>
    </form>`;
  }

  #trouble() {
    const seconds = this.#secondsLeft();
    if (seconds > 0) {
      // The sentence is said once, and not each second.
      return html`<p class="trouble">${icon(CircleAlert)}<span aria-live="off">${words.limited(duration(seconds))}</span></p>`;
    }
    if (this.againAt !== null) return html`<p class="quiet">${words.limitedOver}</p>`;
    return this.trouble === null
      ? nothing
      : html`<p class="trouble">${icon(CircleAlert)}<span>${this.trouble}</span></p>`;
  }

  #secondsLeft(): number {
    return this.againAt === null ? 0 : Math.max(0, Math.ceil((this.againAt - Date.now()) / 1000));
  }

  readonly #submit = (event: SubmitEvent) => {
    event.preventDefault();
    const field = this.renderRoot.querySelector("input");
    if (field && !this.isAsking && this.#secondsLeft() === 0) void this.#signIn(field);
  };

  async #signIn(field: HTMLInputElement): Promise<void> {
    this.isAsking = true;
    this.trouble = null;
    this.againAt = null;
    try {
      await answerOf(this.client.POST("/api/session", { body: { token: field.value.trim() } }));
      field.value = "";
      this.dispatchEvent(new Event("pawl-signed-in"));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.#tell(error);
      field.select();
    } finally {
      this.isAsking = false;
    }
  }

  #tell({ status, code, message, retryAfter }: ApiFailure): void {
    if (status === 429) this.againAt = Date.now() + (retryAfter ?? 60) * 1000;
    else if (code === "unauthorized") this.trouble = words.wrong;
    // To the device its own page is a foreign one where a proxy changes the name it is asked by.
    else if (code === "forbidden") this.trouble = words.forbidden;
    else this.trouble = status === null ? words.unreachable : message;
  }
}

customElements.define("pawl-sign-in", PawlSignIn);
