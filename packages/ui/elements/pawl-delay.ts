import { css, html, LitElement, nothing } from "lit";
import { Clock, CloudOff } from "lucide";
import type { ApiFailure } from "../data/failure.ts";
import type { Delay } from "../data/until-answered.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/build.ts";
import { clockTime, duration, number } from "../words/format.ts";
import { tickWhile } from "./ticking.ts";

/** Why something isn't there yet, and in how many seconds it is tried again. `try-now` where somebody doesn't want to wait. */
export class PawlDelay extends LitElement {
  static override properties = { delay: { attribute: false }, shownFrom: { attribute: false } };
  declare delay: Delay | null;
  /** When what is shown meanwhile was answered, in milliseconds since 1970; null: nothing is shown. */
  declare shownFrom: number | null;

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        color: var(--warn);
      }
      svg {
        flex: none;
      }
      p {
        flex: 1 1 10rem;
      }
    `,
  ];

  constructor() {
    super();
    this.delay = null;
    this.shownFrom = null;
    tickWhile(this, () => this.delay !== null);
  }

  override render() {
    if (this.delay === null) return nothing;
    const left = Math.ceil((this.delay.againAt - Date.now()) / 1000);
    // The sentence is announced once; the seconds aren't.
    return html`${icon(isAway(this.delay.failure) ? CloudOff : Clock)}
      <p>
        <span role="status">${delaySentence(this.delay.failure)}</span>
        ${this.shownFrom === null ? nothing : words.delay.shownFrom(clockTime(this.shownFrom))}
        <span class="numbers">${left > 0 ? words.delay.again(duration(left)) : words.delay.againNow}</span>
      </p>
      <button class="link" type="button" @click=${this.#press}>${words.delay.tryNow}</button>`;
  }

  readonly #press = () => this.dispatchEvent(new CustomEvent("try-now", { bubbles: true, composed: true }));
}

/** Nobody answered, or somebody else did. */
const isAway = ({ status, code }: ApiFailure) => status === null || code === "not_the_server";

/** Why there is no answer, in words: ours where we have any, else the server's. */
function delaySentence({ code, message, fields }: ApiFailure): string {
  switch (code) {
    case "unreachable":
    case "timeout":
    case "not_the_server":
    case "too_many_requests":
      return words.delay[code];
    case "queue_full":
      return words.delay.queue_full(typeof fields.length === "number" ? number(fields.length) : null);
    case "builds_unavailable":
      return words.delay.builds_unavailable(message);
    default:
      return message;
  }
}

customElements.define("pawl-delay", PawlDelay);
