import { css, html, LitElement, nothing } from "lit";
import { canCancel, canInstall, isWaiting } from "../../data/can.ts";
import type { AppStatus, AppView } from "../../data/live-app.ts";
import { opensAt } from "../../data/opens-at.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords } from "../../words/dialog.ts";
import { percent } from "../../words/format.ts";
import { act } from "./act.ts";
import type { Asked } from "./acting.ts";
import "./pawl-update-log.ts";
import "./pawl-update-steps.ts";
import "./pawl-update-trouble.ts";
import { timeAgo } from "../../look/time-ago.ts";
import { pressable, whyNot } from "./pressable.ts";

const words = dialogWords.running;

/** An update while it runs, or waits for its time: the same for whoever looks. */
export class PawlUpdateRunning extends LitElement {
  static override properties = { view: { attribute: false }, asked: { attribute: false } };
  declare view: AppView;
  declare asked: Asked;

  static override styles = [
    partLook,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: 0 16px;
      }
      h3 {
        font-size: 20px;
        overflow-wrap: anywhere;
      }
      .percent {
        font-size: 20px;
      }
    `,
  ];

  override render() {
    const { status, lines } = this.view;
    if (status === null) return nothing;
    const waits = isWaiting(status);
    const isBack = status.phase === "rolling_back" || status.update?.kind === "rollback";
    return html`<div class="stack">
      <div class="tight">
        <div class="head">
          <h3 id="headline" tabindex="-1">${headline(status)}</h3>
          ${waits || status.phase === "rolling_back" ? nothing : share(status)}
        </div>
        ${begun(status)}
      </div>
      <pawl-update-steps .view=${this.view}></pawl-update-steps>
      <div class="bar">
        ${waits ? this.#installNow() : html`<p class="quiet">${isBack ? words.mayCloseBack : words.mayClose}</p>`} ${this.#cancel()}
        ${whyNot(canCancel(this.view))}
        <pawl-update-trouble .asked=${this.asked} .view=${this.view} .of=${["cancel", "install"]}></pawl-update-trouble>
      </div>
      <pawl-update-log .lines=${lines} .following=${true}></pawl-update-log>
    </div>`;
  }

  #installNow() {
    const pending = this.asked.pending?.type === "install";
    const press = () => act(this, { type: "install" });
    return pressable({ can: canInstall(this.view), label: words.installNow, press, primary: true, pending });
  }

  #cancel() {
    const pending = this.asked.pending?.type === "cancel";
    const label = pending ? words.cancelling : words.cancel;
    return pressable({ can: canCancel(this.view), label, press: () => act(this, { type: "cancel" }), pending });
  }
}

function headline(status: AppStatus): string {
  const { update, phase } = status;
  const to = update?.to ?? null;
  if (isWaiting(status)) return words.waiting(to, opensAt(status));
  if (phase === "rolling_back") return words.goingBack(update?.from ?? null);
  return update?.kind === "rollback" ? words.goingBack(to) : words.installing(to);
}

function share({ progress }: AppStatus) {
  const shown = percent(progress?.percent ?? 0);
  return html`<span class="percent numbers quiet"><span aria-hidden="true">${shown}</span
    ><span class="visually-hidden">${words.ofWhole(shown)}</span></span>`;
}

/** Who looks on may not be who began it. */
function begun({ update }: AppStatus) {
  if (!update) return nothing;
  const say = update.unattended ? words.byTimer : words.byOwner;
  return html`<p class="quiet small">${timeAgo(update.started_at, { say, focusable: true })}</p>`;
}

customElements.define("pawl-update-running", PawlUpdateRunning);
