import { css, html, LitElement, nothing } from "lit";
import { CircleAlert, Clock, CloudOff, TriangleAlert, Undo2 } from "lucide";
import { needsOwner } from "../../data/failure-offers.ts";
import type { Ended, Failure } from "../../data/update-ended.ts";
import type { Phase } from "../../data/update-steps.ts";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords } from "../../words/dialog.ts";
import { failureWords } from "../../words/failures.ts";

const words = dialogWords.ended;

/**
 * Why a check or an update didn't work: the reason, what was done about it, what one may do, and the rest folded. What is put
 * into it, such as a button, stands at its end.
 */
export class PawlUpdateFailure extends LitElement {
  static override properties = {
    failure: { attribute: false },
    ended: { attribute: false },
    nextRun: { type: String },
    headline: { type: String },
  };
  declare failure: Failure | null;
  /** How the update ended; null: it was a check. */
  declare ended: Ended | null;
  declare nextRun: string | null;
  /** Where one stands, before anything else. */
  declare headline: string;

  static override styles = [
    partLook,
    css`
      h3 {
        font-size: 18px;
      }
      ::slotted(*) {
        margin-top: 12px;
      }
      h3 + p,
      p + p {
        margin-top: 8px;
      }
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 4px 16px;
        overflow-wrap: anywhere;
      }
      dd {
        white-space: pre-line;
      }
      pre {
        margin: 4px 0 0;
        padding: 8px 12px;
        overflow-x: auto;
        border-radius: 6px;
        background: var(--surface);
      }
      @media (max-width: 480px) {
        dl {
          grid-template-columns: minmax(0, 1fr);
          gap: 0;
        }
        dd {
          margin-bottom: 8px;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.failure = null;
    this.ended = null;
    this.nextRun = null;
    this.headline = "";
  }

  override render() {
    const { failure, ended, nextRun } = this;
    const said = failure && failureWords({ failure, ended, nextRun, now: Date.now() });
    const isUrgent = failure !== null && needsOwner(failure.code, ended?.result);
    // What passes by itself is only told.
    const tone = isUrgent ? "danger" : ended === null ? "" : "warn";
    return html`<div class="notice ${tone}">
      ${icon(this.#mark(isUrgent))}
      <div>
        ${this.headline === "" ? nothing : html`<h3 id="headline" tabindex="-1">${this.headline}</h3>`}
        ${said ? html`<p>${[said.why, said.done].filter(Boolean).join(" ")}</p>` : nothing}
        ${said?.next ? html`<p>${said.next}</p>` : nothing}
        ${failure?.code === "disk_full" ? whatUsesSpace(failure) : nothing} ${failure ? details(failure) : nothing}
        <slot></slot>
      </div>
    </div>`;
  }

  #mark(isUrgent: boolean) {
    if (isUrgent) return CircleAlert;
    if (this.ended) return this.ended.result === "failed" ? TriangleAlert : Undo2;
    return this.failure?.code === "rate_limited" ? Clock : CloudOff;
  }
}

function whatUsesSpace({ detail, path }: Failure) {
  return html`<details>
    <summary>${words.whatUsesSpace}</summary>
    ${detail ? html`<p class="small">${words.needsFor(detail)}</p>` : nothing}
    <p class="small">${words.listSpace}</p>
    <pre class="mono" tabindex="0">du -xh ${path ?? "/"} | sort -h | tail</pre>
  </details>`;
}

function details({ message, code, phase, path, detail }: Failure) {
  const rows: [string, string | null][] = [
    [words.device, message],
    [words.step, phase === null ? null : (dialogWords.steps[phase as Phase] ?? phase)],
    [words.path, path],
    [words.detail, detail],
    [words.code, code],
  ];
  return html`<details>
    <summary>${words.details}</summary>
    <dl class="small">
      ${rows.map(([name, value]) => (value === null ? nothing : html`<dt class="quiet">${name}</dt><dd>${value}</dd>`))}
    </dl>
  </details>`;
}

customElements.define("pawl-update-failure", PawlUpdateFailure);
