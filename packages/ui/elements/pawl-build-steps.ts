import { css, html, LitElement, nothing } from "lit";
import { Check, Circle, CircleAlert, LoaderCircle, Minus } from "lucide";
import { type BuildStepRow, buildSteps, isEnded } from "../data/build-steps.ts";
import type { ServerSchemas } from "../data/server.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/build.ts";
import { duration } from "../words/format.ts";
import { tickWhile } from "./ticking.ts";

const ICONS: Readonly<Record<BuildStepRow["state"], typeof Check>> = {
  done: Check,
  running: LoaderCircle,
  waiting: Circle,
  failed: CircleAlert,
  "left-out": Minus,
};

/** The steps of a build with how long each took; the one under way counts. */
export class PawlBuildSteps extends LitElement {
  static override properties = { build: { attribute: false } };
  declare build: ServerSchemas["Build"] | null;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      ol {
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 12px;
        max-width: none;
        min-height: 36px;
      }
      li svg {
        flex: none;
      }
      .time {
        margin-left: auto;
        color: var(--text-quiet);
        white-space: nowrap;
      }
      .done svg,
      .left-out,
      .waiting {
        color: var(--text-quiet);
      }
      .running {
        font-weight: 600;
      }
      .running svg {
        color: var(--accent);
        animation: turn 1.2s linear infinite;
      }
      .failed {
        color: var(--danger);
        font-weight: 600;
      }
    `,
  ];

  constructor() {
    super();
    this.build = null;
    tickWhile(this, () => this.build !== null && !isEnded(this.build));
  }

  override render() {
    if (this.build === null) return nothing;
    return html`<ol>
      ${buildSteps(this.build, Date.now()).map(
        ({ step, state, seconds }) => html`<li class=${state} aria-current=${state === "running" ? "step" : nothing}>
          ${icon(ICONS[state])}
          <span>${words.step[step]} <span class="visually-hidden">${words.stepState[state]}</span></span>
          <span class="time small numbers">${seconds === null || state === "waiting" ? nothing : tookWords(seconds)}</span>
        </li>`,
      )}
    </ol>`;
  }
}

const tookWords = (seconds: number) => (seconds < 1 ? words.lessThan(duration(1)) : duration(seconds));

customElements.define("pawl-build-steps", PawlBuildSteps);
