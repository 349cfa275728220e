import { css, html, LitElement, nothing } from "lit";
import { Clock, CloudOff, LoaderCircle } from "lucide";
import { secretOf } from "../data/build-memory.ts";
import { isEnded } from "../data/build-steps.ts";
import type { Build } from "../data/live-build.ts";
import { answerOf } from "../data/server.ts";
import { tickWhile } from "../elements/ticking.ts";
import "../elements/pawl-build-steps.ts";
import "../elements/pawl-copy.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/builder.ts";
import { duration, number } from "../words/format.ts";
import { browserKeep } from "./browser-keep.ts";
import type { ServerAt } from "./server-at.ts";

/** A build that waits, or is under way. */
export class PawlBuildGoing extends LitElement {
  static override properties = {
    at: { attribute: false },
    build: { attribute: false },
    awaySince: { attribute: false },
    isCancelling: { state: true },
    left: { state: true },
  };
  declare at: ServerAt;
  /** Null: nothing was heard of it yet. */
  declare build: Build | null;
  /** Since when the server doesn't answer, in milliseconds since 1970; null: it does. */
  declare awaySince: number | null;
  declare isCancelling: boolean;
  /** A build that goes on for others; null: none. */
  declare left: string | null;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .card {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      h2,
      .away {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .turning,
      h2 > svg {
        color: var(--accent);
      }
      .away {
        align-items: start;
        color: var(--warn);
      }
      .away svg {
        margin-top: 2px;
      }
      svg {
        flex: none;
      }
    `,
  ];

  constructor() {
    super();
    this.build = null;
    this.awaySince = null;
    this.isCancelling = false;
    this.left = null;
    tickWhile(this, () => this.awaySince !== null);
  }

  override render() {
    const { build } = this;
    if (build === null) {
      return html`<section class="card">${this.#away()}
        <p class="quiet">${words.run.loading}</p>
      </section>`;
    }
    const isQueued = build.state === "queued";
    return html`<section class="card" aria-labelledby="heading">
      <div>
        <h2 id="heading">
          ${isQueued ? icon(Clock) : html`<span class="turning">${icon(LoaderCircle)}</span>`}
          ${isQueued ? words.run.queued : words.run.running}
        </h2>
        ${isQueued ? place(build) : nothing}
      </div>
      ${this.#away()}
      <pawl-build-steps .build=${build}></pawl-build-steps>
      <p class="quiet small">${words.run.close}</p>
      ${this.#buttons(build)}
    </section>`;
  }

  #buttons({ id }: Build) {
    const secret = secretOf(id, browserKeep("session"));
    const hint = this.left === id ? words.run.othersWait : secret === null ? words.run.cancelHint : null;
    const isDisabled = hint !== null || this.isCancelling;
    return html`<div class="buttons">
        <pawl-copy label=${words.run.copyAddress} .text=${() => location.href}></pawl-copy>
        <button
          class="button"
          type="button"
          aria-disabled=${isDisabled}
          aria-describedby=${hint === null ? nothing : "cancel-hint"}
          @click=${() => secret !== null && !isDisabled && this.#cancel(id, secret)}
        >
          ${this.isCancelling ? words.run.cancelling : words.run.cancel}
        </button>
      </div>
      <p id="cancel-hint" class="quiet small" role="status" ?hidden=${hint === null}>${hint}</p>`;
  }

  #away() {
    if (this.awaySince === null) return nothing;
    const seconds = duration((Date.now() - this.awaySince) / 1000);
    return html`<div class="away">
      ${icon(CloudOff)}
      <p><span class="numbers">${words.run.away(seconds)}</span> ${words.run.awayLong}</p>
    </div>`;
  }

  async #cancel(id: string, secret: string): Promise<void> {
    this.isCancelling = true;
    try {
      const params = { path: { id } };
      const call = this.at.client.POST("/api/v2/builds/{id}/withdrawals", { params, body: { secret } });
      if (!isEnded(await answerOf(call))) this.left = id;
    } catch {
      // What becomes of it is seen by watching; whoever sees it go on presses again.
    }
    this.isCancelling = false;
  }
}

function place({ position, waits_for }: Build) {
  const inLine =
    position === null || position === 0 ? words.run.next : words.run.inFront(number(position), position === 1);
  return html`<p class="numbers">${inLine}</p>
    ${waits_for === null ? nothing : html`<p class="warn">${words.run.waitsFor(waits_for)}</p>`}`;
}

customElements.define("pawl-build-going", PawlBuildGoing);
