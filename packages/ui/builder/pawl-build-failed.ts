import { css, html, LitElement, nothing } from "lit";
import { CircleAlert } from "lucide";
import { buildReport, isPassing, type Remedy, remedies } from "../data/build-failure.ts";
import { choicesOfBuild } from "../data/image-choices.ts";
import type { ServerSchemas } from "../data/server.ts";
import "../elements/pawl-copy.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/builder.ts";

/** A build that came to no image: who is at fault, and what to press. `remedy` has the Remedy, `again` nothing in its detail. */
export class PawlBuildFailed extends LitElement {
  static override properties = {
    build: { attribute: false },
    lines: { attribute: false },
    changeHref: { type: String },
    busy: { type: Boolean },
  };
  declare build: ServerSchemas["Build"];
  declare lines: readonly ServerSchemas["BuildLogLine"][];
  declare changeHref: string;
  /** Something was pressed already. */
  declare busy: boolean;

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
      .failed {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .failed svg {
        flex: none;
        color: var(--danger);
      }
      ul {
        padding-left: 20px;
      }
      .button {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.lines = [];
    this.busy = false;
  }

  override render() {
    const { state, failure } = this.build;
    const found = failure === null ? [] : remedies(failure, choicesOfBuild(this.build));
    // What somebody has to choose leads to the choices, too.
    const isChoosing = found.some(({ kind }) => kind === "choose-less" || kind === "other-version");
    return html`<section class="card" aria-labelledby="heading">
      <div>
        ${
          state === "withdrawn"
            ? html`<h2 id="heading">${words.failed.cancelled}</h2>`
            : html`<h2 id="heading" class="failed">${icon(CircleAlert)} ${words.failed.heading}</h2>`
        }
        <p>${failure?.message ?? (state === "withdrawn" ? words.failed.withdrawn : words.failed.unknown)}</p>
        <p class="quiet small">${this.#outlook()}</p>
      </div>
      ${this.#culprits()}
      <div class="buttons">
        ${found.map((remedy, i) => this.#remedy(remedy, i === 0))}
        <button
          class="button ${found.length === 0 ? "primary" : ""}"
          type="button"
          aria-disabled=${this.busy}
          @click=${() => this.#say("again")}
        >
          ${words.failed.again}
        </button>
        ${isChoosing ? nothing : html`<a class="button" href=${this.changeHref}>${words.failed.change}</a>`}
        <pawl-copy
          label=${words.failed.report}
          .text=${() => buildReport(this.build, this.lines, location.href)}
        ></pawl-copy>
      </div>
    </section>`;
  }

  #outlook() {
    const { state, failure } = this.build;
    if (failure === null) return state === "withdrawn" ? words.failed.withdrawnNext : nothing;
    return isPassing(failure) ? words.failed.passing : words.failed.permanent;
  }

  /** Those whose sentence isn't the failure's own already. */
  #culprits() {
    const { message, culprits } = this.build.failure ?? { message: "", culprits: [] };
    const more = culprits.filter(({ detail }) => !message.includes(detail));
    if (more.length === 0) return nothing;
    return html`<ul>
      ${more.map(({ name, detail }) => html`<li><strong>${name}</strong>: ${detail}</li>`)}
    </ul>`;
  }

  #remedy(remedy: Remedy, isFirst: boolean) {
    const text = "name" in remedy ? words.failed.remedy[remedy.kind](remedy.name) : words.failed.remedy[remedy.kind];
    return html`<button
      class="button ${isFirst ? "primary" : ""}"
      type="button"
      aria-disabled=${this.busy}
      @click=${() => this.#say("remedy", remedy)}
    >
      ${text}
    </button>`;
  }

  #say(what: "again" | "remedy", detail?: Remedy): void {
    if (!this.busy) this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

customElements.define("pawl-build-failed", PawlBuildFailed);
