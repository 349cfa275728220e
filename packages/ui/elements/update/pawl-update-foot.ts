import { css, html, LitElement } from "lit";
import { offersAfterCheck } from "../../data/failure-offers.ts";
import type { AppView, LiveApp } from "../../data/live-app.ts";
import { standingOf } from "../../data/standing.ts";
import { partLook } from "../../look/part.ts";
import type { Asked } from "./acting.ts";
import "./pawl-update-choices.ts";
import "./pawl-update-past.ts";
import "./pawl-way-back.ts";

/** What is there whatever the channel has: choices, the way back, what was. */
export class PawlUpdateFoot extends LitElement {
  static override properties = {
    app: { attribute: false },
    view: { attribute: false },
    asked: { attribute: false },
  };
  declare app: LiveApp;
  declare view: AppView;
  declare asked: Asked;

  static override styles = [
    partLook,
    css`
      :host {
        border-top: 1px solid var(--line);
        margin-inline: calc(-1 * var(--inset));
        padding: 12px var(--inset) 0;
      }
    `,
  ];

  override render() {
    const { app, view, asked } = this;
    return html`<div class="stack">
      <pawl-update-choices .app=${app} .view=${view} .asked=${asked}></pawl-update-choices>
      <div>
        <pawl-way-back .app=${app} .view=${view} .asked=${asked}></pawl-way-back>
        <pawl-update-past .app=${app} .view=${view} .asked=${asked} .isAsked=${this.#isAsked()}></pawl-update-past>
      </div>
    </div>`;
  }

  /** Above it stands the reason why one would check, with its button. */
  #isAsked(): boolean {
    const { status } = this.view;
    if (status === null) return false;
    if (status.failure !== null) return offersAfterCheck(status.failure, Date.now()).length > 0;
    return standingOf(status) === "unknown";
  }
}

customElements.define("pawl-update-foot", PawlUpdateFoot);
