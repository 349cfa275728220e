import { css, html, LitElement, nothing } from "lit";
import { canCheck, canChoose, canInstall } from "../../data/can.ts";
import { offersAfterCheck } from "../../data/failure-offers.ts";
import type { AppStatus, AppView } from "../../data/live-app.ts";
import { type Standing, standingOf } from "../../data/standing.ts";
import type { Action } from "../../data/update-actions.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords } from "../../words/dialog.ts";
import { act } from "./act.ts";
import type { Asked } from "./acting.ts";
import "./pawl-update-failure.ts";
import "./pawl-update-trouble.ts";
import type { News } from "./pawl-whats-new.ts";
import "./pawl-whats-new.ts";
import { pressable, whyNot } from "./pressable.ts";
import { releaseFacts, versionsLine, versionsLook } from "./versions-line.ts";

const words = dialogWords.overview;

/** What is installed, what there is, what is new in it, and the one thing to do about it. */
export class PawlUpdateOverview extends LitElement {
  static override properties = {
    news: { attribute: false },
    view: { attribute: false },
    asked: { attribute: false },
  };
  declare news: News;
  declare view: AppView;
  declare asked: Asked;

  static override styles = [
    partLook,
    versionsLook,
    css`
      .stack:not(:has(.bar)) {
        margin-bottom: 16px;
      }
    `,
  ];

  override render() {
    const { status } = this.view;
    if (status === null) return nothing;
    const standing = standingOf(status);
    const { release } = status;
    const news = standing === "current" || standing === "none" || standing === "unknown" ? null : release;
    return html`<div class="stack">
      ${this.#trouble(status)}
      <div class="tight">
        ${versionsLine(status, standing, news !== null)} ${news ? releaseFacts(news) : nothing} ${because(status, standing)}
      </div>
      ${
        news && standing !== "older"
          ? html`<pawl-whats-new .news=${this.news} .release=${news}></pawl-whats-new>`
          : nothing
      }
      ${news ? html`<p class="quiet">${promise(status, standing)}</p>` : nothing} ${this.#bar(status, standing)}
    </div>`;
  }

  /** Why the last check didn't work; that the last update was cancelled. */
  #trouble({ failure, last_result: result, auto }: AppStatus) {
    if (failure === null) return result === "cancelled" ? html`<p class="quiet">${words.cancelled}</p>` : nothing;
    const offers = offersAfterCheck(failure, Date.now());
    return html`<pawl-update-failure .failure=${failure} .nextRun=${auto.next_run}>
      ${offers.length === 0 ? nothing : html`<div class="row">${this.#check(dialogWords.ended.tryNow)}</div>`}
    </pawl-update-failure>`;
  }

  #bar(status: AppStatus, standing: Standing) {
    const { latest_version: latest, current_version: current, failure } = status;
    const buttons = latest === null ? nothing : this.#buttons(standing, latest, current);
    // There is nothing else to do yet; after a check that failed it is offered beside the reason.
    const check = standing === "unknown" && failure === null ? this.#check(words.checkNow, true) : nothing;
    if (buttons === nothing && check === nothing) return nothing;
    return html`<div class="bar">
      ${buttons} ${check} ${buttons === nothing ? nothing : whyNot(canInstall(this.view))}
      <pawl-update-trouble .asked=${this.asked} .view=${this.view} .of=${["install", "skip"]}></pawl-update-trouble>
    </div>`;
  }

  #buttons(standing: Standing, latest: string, current: string | null) {
    // By its name: what isn't offered isn't installed in any other way.
    const named: Action = { type: "install", version: latest };
    switch (standing) {
      case "update":
      case "skipped": {
        // The same two buttons: whoever has pressed one finds there how to take it back.
        const isSkipped = standing === "skipped";
        const install = this.#install(words.install(latest), isSkipped ? named : { type: "install" }, !isSkipped);
        return html`${install} ${this.#skip(isSkipped ? words.offerAgain : words.skip, latest, !isSkipped)}`;
      }
      case "refused":
        return this.#install(words.tryOnceMore(latest), named);
      case "older":
        // By its name it would be what is installed.
        return latest === current
          ? this.#install(words.installSame(latest), { type: "install", force: true })
          : this.#install(words.install(latest), named);
      default:
        return nothing;
    }
  }

  #install(label: string, action: Action, primary = false) {
    const pending = this.asked.pending?.type === "install";
    return pressable({ can: canInstall(this.view), label, press: () => act(this, action), primary, pending });
  }

  #skip(label: string, version: string, skip: boolean) {
    const press = () => act(this, { type: "skip", version, skip });
    return pressable({
      can: canChoose(this.view),
      label,
      press,
      quiet: true,
      pending: this.asked.pending?.type === "skip",
    });
  }

  #check(label: string, primary = false) {
    const isChecking = this.view.status?.state === "checking";
    return pressable({
      can: canCheck(this.view, Date.now()),
      label: isChecking ? words.checking : label,
      press: () => act(this, { type: "check" }),
      primary,
      pending: this.asked.pending?.type === "check",
    });
  }
}

/** Why it stands as it does, where the two versions alone don't say it. */
function because(
  { latest_version: latest, channel, direction_reason: reason, failure }: AppStatus,
  standing: Standing,
) {
  const sentence: Partial<Record<Standing, string>> = {
    unknown: words.unchecked,
    none: words.none(channel),
    skipped: words.skipped(latest ?? ""),
    refused: words.refused(latest ?? ""),
    older: words.older(channel, latest ?? ""),
  };
  const isTold = standing === "unknown" && failure !== null;
  const said = [isTold ? null : sentence[standing], standing === "current" ? null : reason].filter(Boolean);
  return said.length === 0 ? nothing : html`<p>${said.join(" ")}</p>`;
}

function promise({ current_version: current, latest_version: latest }: AppStatus, standing: Standing): string {
  if (standing === "older" && current !== null) return words.promiseOlder(current);
  return words.promise(current, latest ?? "");
}

customElements.define("pawl-update-overview", PawlUpdateOverview);
