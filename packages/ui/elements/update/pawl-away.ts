import { css, html, LitElement, nothing } from "lit";
import { CloudOff } from "lucide";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords as words } from "../../words/dialog.ts";
import { duration } from "../../words/format.ts";
import { tickWhile } from "../ticking.ts";

/** From then on somebody should look, in milliseconds. */
const LONG_MS = 30_000;

/** That the device doesn't answer, for how long, and what to do. */
export class PawlAway extends LitElement {
  static override properties = { since: { type: Number } };
  /** In milliseconds since 1970. */
  declare since: number;

  static override styles = [
    partLook,
    css`
      :host {
        margin-bottom: 16px;
      }
    `,
  ];

  constructor() {
    super();
    tickWhile(this, () => true);
  }

  override render() {
    const ms = Math.max(0, Date.now() - this.since);
    return html`<div class="notice warn">
      ${icon(CloudOff)}
      <div>
        <p class="numbers">${words.away(duration(Math.floor(ms / 1000)))}</p>
        ${ms < LONG_MS ? nothing : html`<p>${words.awayLong}</p>`}
      </div>
    </div>`;
  }
}

customElements.define("pawl-away", PawlAway);
