import { css, html, LitElement, nothing } from "lit";
import { Check } from "lucide";
import { canChoose, canGoBack, canInstall } from "../../data/can.ts";
import { answerOf } from "../../data/device.ts";
import { type Offer, offersAfter } from "../../data/failure-offers.ts";
import type { AppStatus, AppView, LiveApp } from "../../data/live-app.ts";
import { type Ended, endedBy, lastEnded } from "../../data/update-ended.ts";
import { updateReport } from "../../data/update-report.ts";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords } from "../../words/dialog.ts";
import { failureWords } from "../../words/failures.ts";
import { duration } from "../../words/format.ts";
import { LastingLoad } from "../lasting-load.ts";
import { act } from "./act.ts";
import type { Asked } from "./acting.ts";
import "../pawl-copy.ts";
import "./pawl-update-failure.ts";
import "./pawl-update-log.ts";
import "./pawl-update-trouble.ts";
import "./pawl-way-back.ts";
import type { News } from "./pawl-whats-new.ts";
import "./pawl-whats-new.ts";
import { pressable } from "./pressable.ts";

const words = dialogWords.ended;

/** How the last update ended: where one stands now, first. `pawl-done`, `pawl-dismiss`: the reader has seen it, and leaves or goes on. */
export class PawlUpdateEnded extends LitElement {
  static override properties = {
    app: { attribute: false },
    name: { type: String },
    view: { attribute: false },
    news: { attribute: false },
    shown: { attribute: false },
    asked: { attribute: false },
  };
  declare app: LiveApp;
  declare name: string;
  declare view: AppView;
  declare news: News;
  /** The status that told of the end; what came after may not tell it any more. */
  declare shown: AppStatus;
  declare asked: Asked;

  readonly #ended = new LastingLoad(
    this,
    ([app], signal) => lastEnded(app.client, this.shown, signal),
    () => [this.app, this.shown.update_id] as const,
  );
  readonly #log = new LastingLoad(
    this,
    ([app, id], signal) => {
      const query = id === null ? {} : { id };
      return answerOf(app.client.GET("/update/log", { params: { query }, signal }));
    },
    // What went well needs no log.
    () => (this.shown.last_result === "success" ? null : ([this.app, this.shown.update_id] as const)),
  );

  static override styles = [
    partLook,
    css`
      .success {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      .success h3 {
        font-size: 24px;
        line-height: 1.3;
      }
      .success svg {
        flex: none;
        color: var(--ok);
      }
    `,
  ];

  override render() {
    const ended = this.#ended.value ?? endedBy(this.shown);
    if (ended === null) return nothing;
    return ended.result === "success" ? this.#success(ended) : this.#failure(ended);
  }

  #success(ended: Ended) {
    const { current_version: current, release } = this.shown;
    const version = current ?? ended.to ?? "";
    const isBack = ended.kind === "rollback";
    const offered = release?.version === version ? release : null;
    const isNew = !isBack && (offered !== null || (this.news.changes?.length ?? 0) > 0);
    return html`<div class="stack">
      <div class="success">
        ${icon(Check, 28)}
        <div>
          <h3 id="headline" tabindex="-1">${isBack ? words.backOn(version) : words.nowOn(version)}</h3>
          ${took(ended)}
        </div>
      </div>
      ${isNew ? html`<pawl-whats-new .news=${this.news} .release=${offered}></pawl-whats-new>` : nothing}
      <pawl-way-back .app=${this.app} .view=${this.view} .asked=${this.asked}></pawl-way-back>
      <div class="bar">${pressable({ can: true, label: words.done, press: () => this.#say("pawl-done"), primary: true })}</div>
    </div>`;
  }

  #failure(ended: Ended) {
    const { current_version: current, auto } = this.shown;
    const skipped = this.view.status?.skipped_version ?? null;
    // What is in place can't be skipped any more.
    const offers = offersAfter(ended, current === ended.to ? current : skipped);
    const lines = this.#log.value?.lines ?? this.view.lines;
    return html`<div class="stack">
      <pawl-update-failure
        .headline=${headline(ended, current)}
        .failure=${ended.failure}
        .ended=${ended}
        .nextRun=${auto.install ? auto.next_run : null}
      ></pawl-update-failure>
      <div class="bar">
        ${offers.map((offer, at) => this.#offer(offer, at === 0, ended))}
        ${pressable({ can: true, label: words.dismiss, press: () => this.#say("pawl-dismiss"), quiet: true })}
        ${ended.to !== null && ended.to === skipped ? html`<p class="quiet small">${dialogWords.overview.skipped(ended.to)}</p>` : nothing}
        <pawl-update-trouble
          .asked=${this.asked}
          .view=${this.view}
          .of=${["install", "rollback", "check", "skip"]}
        ></pawl-update-trouble>
      </div>
      <pawl-update-log .lines=${lines} .isLoading=${this.#log.isLoading} .isOpen=${true} .atError=${true}></pawl-update-log>
    </div>`;
  }

  #offer(offer: Offer, primary: boolean, ended: Ended) {
    switch (offer.type) {
      case "try": {
        const { action, words: which } = offer;
        const label = { try_again: words.tryAgain, try_now: words.tryNow, install_again: words.installAgain }[which];
        const can = action.type === "rollback" ? canGoBack(this.view) : canInstall(this.view);
        const pending = this.asked.pending?.type === action.type;
        return pressable({ can, label, press: () => act(this, action), primary, pending });
      }
      case "skip": {
        const { version } = offer;
        const press = () => act(this, { type: "skip", version, skip: true });
        return pressable({ can: canChoose(this.view), label: words.skip(version), press });
      }
      case "report":
        return html`<pawl-copy .text=${() => this.#report(ended)} .label=${words.report}></pawl-copy>`;
    }
  }

  #report(ended: Ended): string {
    const { current_version: current, channel } = this.shown;
    const { failure } = ended;
    const said = failure && failureWords({ failure, ended, nextRun: null, now: Date.now() });
    const sentence = [whatHappened(ended), said?.why, said?.done].filter(Boolean).join(" ");
    const lines = this.#log.value?.lines ?? this.view.lines;
    return updateReport({ name: this.name, ended, current, channel, sentence, lines, now: new Date() });
  }

  #say(name: "pawl-done" | "pawl-dismiss"): void {
    this.dispatchEvent(new Event(name, { bubbles: true, composed: true }));
  }
}

/** Where one stands, and then what happened. */
function headline(ended: Ended, current: string | null): string {
  const isStuck = ended.result === "failed" && current !== null && current === ended.to;
  return isStuck ? words.doesNotWork(current) : `${words.youAreOn(current)} ${whatHappened(ended)}`;
}

function whatHappened({ result, kind, to }: Ended): string {
  if (kind === "rollback") return words.backFailed(to);
  return result === "undone" ? words.undone(to) : words.installFailed(to);
}

function took({ started_at: began, finished_at: finished }: Ended) {
  if (!began || !finished) return nothing;
  const seconds = Math.max(1, (Date.parse(finished) - Date.parse(began)) / 1000);
  return html`<p class="quiet small">${words.took(duration(seconds))}</p>`;
}

customElements.define("pawl-update-ended", PawlUpdateEnded);
