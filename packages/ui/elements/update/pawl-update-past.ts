import { css, html, LitElement, nothing } from "lit";
import { canCheck } from "../../data/can.ts";
import { answerOf } from "../../data/device.ts";
import type { AppView, LiveApp } from "../../data/live-app.ts";
import { isStale } from "../../data/standing.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords } from "../../words/dialog.ts";
import { number } from "../../words/format.ts";
import { howItEnded, type Outcome, whatWasDone } from "../../words/outcome.ts";
import { LastingLoad } from "../lasting-load.ts";
import { act } from "./act.ts";
import type { Asked } from "./acting.ts";
import "./pawl-update-log.ts";
import "./pawl-update-trouble.ts";
import { timeAgo } from "../../look/time-ago.ts";
import { pressable } from "./pressable.ts";

const words = dialogWords.past;

/** So many updates are listed here; a device's own page has them all. */
const LISTED = 10;

/** When it was checked last, and what became of the updates so far. */
export class PawlUpdatePast extends LitElement {
  static override properties = {
    app: { attribute: false },
    view: { attribute: false },
    asked: { attribute: false },
    isAsked: { type: Boolean },
    open: { state: true },
  };
  declare app: LiveApp;
  declare view: AppView;
  declare asked: Asked;
  /** The check is offered elsewhere already. */
  declare isAsked: boolean;
  declare open: "history" | "log" | null;

  readonly #history = new LastingLoad(
    this,
    ([app], signal) => answerOf(app.client.GET("/update/history", { params: { query: { limit: LISTED } }, signal })),
    () => (this.open === "history" ? ([this.app, this.view.status?.update_id] as const) : null),
  );
  readonly #log = new LastingLoad(
    this,
    ([app], signal) => answerOf(app.client.GET("/update/log", { signal })),
    () => (this.open === "log" ? ([this.app, this.view.status?.update_id] as const) : null),
  );

  static override styles = [
    partLook,
    css`
      /* They stay beside each other, below the rest where there is no room beside it. */
      .links {
        display: flex;
        flex-wrap: wrap;
        gap: 0 12px;
      }
      .row {
        row-gap: 0;
      }
      ol {
        display: grid;
        gap: 8px;
        padding: 0;
        list-style: none;
      }
      li {
        max-width: none;
      }
    `,
  ];

  constructor() {
    super();
    this.isAsked = false;
    this.open = null;
  }

  override render() {
    const { status } = this.view;
    if (status === null) return nothing;
    const { last_checked: checked } = status;
    return html`<div class="tight">
      <div class="row quiet small">
        <span class=${checked !== null && isStale(checked, Date.now()) ? "warn" : ""}>${checked === null ? words.neverChecked : timeAgo(checked, { say: words.lastChecked, focusable: true })}</span>
        <span class="links">
          ${this.isAsked ? nothing : this.#check(status.state === "checking")}
          ${this.#tab("history", words.history)} ${this.#tab("log", words.log)}
        </span>
      </div>
      <pawl-update-trouble .asked=${this.asked} .view=${this.view} .of=${["check"]}></pawl-update-trouble>
      <div id="opened" aria-live="off">${this.#opened()}</div>
    </div>`;
  }

  #check(isChecking: boolean) {
    return pressable({
      can: canCheck(this.view, Date.now()),
      label: isChecking ? dialogWords.overview.checking : dialogWords.overview.checkNow,
      press: () => act(this, { type: "check" }),
      quiet: true,
      pending: this.asked.pending?.type === "check",
    });
  }

  #tab(name: "history" | "log", label: string) {
    const isOpen = this.open === name;
    return html`<button
      class="link"
      type="button"
      aria-expanded=${isOpen}
      aria-controls="opened"
      @click=${() => (this.open = isOpen ? null : name)}
    >
      ${label}
    </button>`;
  }

  #opened() {
    if (this.open === "log") {
      const { value, isLoading, delay, error } = this.#log;
      if (value === undefined && (delay || error)) return html`<p class="quiet small">${words.failed}</p>`;
      return html`<pawl-update-log .lines=${value?.lines ?? []} .isLoading=${isLoading} .isOpen=${true}></pawl-update-log>`;
    }
    if (this.open === null) return nothing;
    const { value, delay, error } = this.#history;
    if (value === undefined) {
      return delay || error
        ? html`<p class="quiet small">${words.failed}</p>`
        : html`<p class="skeleton" aria-hidden="true">…</p>`;
    }
    const { updates } = value;
    if (updates.length === 0) return html`<p class="quiet small">${words.noHistory}</p>`;
    return html`<ol class="small">
        ${updates.map(line)}
      </ol>
      ${updates.length < LISTED ? nothing : html`<p class="quiet small">${words.newest(number(LISTED))}</p>`}`;
  }
}

function line(outcome: Outcome) {
  return html`<li>${whatWasDone(outcome)} · ${howItEnded(outcome)} <span class="quiet">${timeAgo(outcome.finished_at)}</span></li>`;
}

customElements.define("pawl-update-past", PawlUpdatePast);
