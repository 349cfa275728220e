import { css, html, LitElement, nothing } from "lit";
import { Check, Circle, CircleDot, LoaderCircle, Minus } from "lucide";
import type { AppStatus, AppView } from "../../data/live-app.ts";
import { opensAt } from "../../data/opens-at.ts";
import { type Step, updateSteps } from "../../data/update-steps.ts";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords as words } from "../../words/dialog.ts";
import { duration, rate, sizeOf, timeLeft } from "../../words/format.ts";
import { tickWhile } from "../ticking.ts";

/** From then on a device that doesn't come back needs somebody to look, in milliseconds: twice what a slow one takes to start. */
const LONG_AWAY_MS = 120_000;

const ICON = { done: Check, current: LoaderCircle, ahead: Circle, left: Minus } as const;

/** The steps of the update that runs, the current one open. It moves because bytes or steps did. */
export class PawlUpdateSteps extends LitElement {
  static override properties = { view: { attribute: false } };
  declare view: AppView;

  static override styles = [
    partLook,
    css`
      ol {
        display: grid;
        gap: 4px;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr);
        gap: 0 12px;
        max-width: none;
        padding: 4px 0;
        color: var(--text-quiet);
      }
      li > svg {
        margin-top: 2px;
      }
      li.done > svg {
        color: var(--ok);
      }
      li.current {
        padding: 12px 16px;
        margin: 0 -16px;
        border-radius: var(--radius);
        background: var(--surface-2);
        color: var(--text);
      }
      li.current > svg {
        color: var(--accent);
      }
      li.back > svg {
        color: var(--warn);
      }
      li.current h4 {
        font-weight: 650;
      }
      h4 {
        margin: 0;
        font: inherit;
      }
      progress {
        margin: 8px 0;
        background: var(--line);
      }
      progress::-webkit-progress-bar {
        background: var(--line);
      }
      .careful {
        color: var(--warn);
        font-weight: 550;
      }
    `,
  ];

  constructor() {
    super();
    tickWhile(this, () => this.view?.awaySince !== null);
  }

  override render() {
    const { status } = this.view;
    if (status === null) return nothing;
    return html`<ol aria-label=${words.running.steps}>
      ${updateSteps(status).map((step) => this.#step(step, status))}
    </ol>`;
  }

  #step(step: Step, status: AppStatus) {
    const { phase, state } = step;
    const isCurrent = state === "current";
    const at = opensAt(status);
    const name = phase === "waiting" && at !== null ? words.waitingUntil(at) : words.steps[phase];
    const mark = isCurrent && phase === "waiting" ? CircleDot : ICON[state];
    return html`<li class="${state} ${phase === "rolling_back" ? "back" : ""}" aria-current=${isCurrent ? "step" : nothing}>
      <span class=${mark === LoaderCircle ? "turning" : ""}>${icon(mark)}</span>
      <div>
        <h4>${name} <span class="visually-hidden">(${words.running.stepStates[state]})</span></h4>
        ${isCurrent ? this.#open(step, status) : nothing}
      </div>
    </li>`;
  }

  #open({ phase, share }: Step, { progress, update }: AppStatus) {
    const { awaySince } = this.view;
    if (awaySince !== null)
      return this.#away(phase === "restarting" || phase === "health_check", Date.now() - awaySince);
    const bar =
      share === null ? nothing : html`<progress max="1" value=${share} aria-label=${words.steps[phase]}></progress>`;
    const numbers = numbersOf(progress);
    if (numbers !== null) return html`${bar}<p class="small numbers">${numbers}</p>`;
    const doing = words.doing[phase](update?.from ?? null, update?.to ?? null);
    return html`${bar}<p class="small ${phase === "activating" ? "careful" : ""}">${doing}</p>`;
  }

  #away(isRestart: boolean, ms: number) {
    const seconds = duration(Math.max(0, Math.floor(ms / 1000)));
    return html`<p class="small numbers">
      ${isRestart ? words.reconnecting(seconds) : words.reconnectingElse(seconds)}
      ${ms < LONG_AWAY_MS ? nothing : html`<br />${words.reconnectingLong}`}
    </p>`;
  }
}

/** `8.1 of 14.2 MB · 1.2 MB/s · 5 s left`; null where no bytes are counted. */
function numbersOf(progress: AppStatus["progress"]): string | null {
  const { done_bytes: done, total_bytes: total, bytes_per_second: speed, seconds_left: left } = progress ?? {};
  if (typeof done !== "number" || typeof total !== "number") return null;
  const parts = [sizeOf(done, total), speed ? rate(speed) : null, typeof left === "number" ? timeLeft(left) : null];
  return parts.filter((part) => part !== null).join(" · ");
}

customElements.define("pawl-update-steps", PawlUpdateSteps);
