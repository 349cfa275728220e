import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { lineAtFault } from "../data/build-failure.ts";
import { isEnded } from "../data/build-steps.ts";
import { type Build, LiveBuild } from "../data/live-build.ts";
import "../elements/pawl-build-steps.ts";
import "../elements/pawl-log.ts";
import { base } from "../look/base.ts";
import { words as buildWords } from "../words/build.ts";
import { words } from "../words/builder.ts";
import "./pawl-build-failed.ts";
import "./pawl-build-going.ts";
import "./pawl-build-result.ts";
import type { ServerAt } from "./server-at.ts";

/**
 * A build from the line it waits in to its images, in one place, with its log. `built` has the build at each change in its
 * detail; `remedy` and `again` are what somebody wants who has seen it fail; `line` is one of the log that was pressed.
 */
export class PawlBuildRun extends LitElement {
  static override properties = {
    at: { attribute: false },
    build: { type: String },
    round: { type: Number },
    system: { type: String },
    earlier: { attribute: false },
    hrefOf: { attribute: false },
    changeHref: { type: String },
    startHref: { type: String },
    busy: { type: Boolean },
    line: { attribute: false },
    lineHref: { attribute: false },
  };
  declare at: ServerAt;
  /** Its id. */
  declare build: string;
  /** Another number: it was begun anew under its id. */
  declare round: number;
  /** What a device runs already: the distribution's title. */
  declare system: string;
  declare earlier: readonly string[];
  declare hrefOf: (id: string) => string;
  /** The same choices, to be changed; empty: nobody knows them. */
  declare changeHref: string;
  declare startHref: string;
  /** Something was pressed already. */
  declare busy: boolean;
  /** Of the log, that the address names; null: none. */
  declare line: number | null;
  declare lineHref: ((line: number) => string) | null;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      .lost {
        display: grid;
        gap: 16px;
        justify-items: start;
      }
      details.card {
        padding-block: 0;
      }
      details.card[open] {
        padding-bottom: 16px;
      }
      summary {
        font-weight: 550;
      }
      details pawl-build-steps {
        margin-bottom: 12px;
      }
    `,
  ];

  #live: LiveBuild | null = null;
  #unlisten: (() => void) | null = null;
  #seeksLog = false;

  constructor() {
    super();
    this.build = "";
    this.round = 0;
    this.earlier = [];
    this.busy = false;
    this.line = null;
    this.lineHref = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unlisten?.();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("build") || changed.has("at") || changed.has("round")) this.#follow();
  }

  #follow(): void {
    this.#unlisten?.();
    const live = new LiveBuild(this.at.options, this.build);
    this.#live = live;
    this.#unlisten = live.listen(() => {
      this.requestUpdate();
      if (live.view.build) this.dispatchEvent(new CustomEvent<Build>("built", { detail: live.view.build }));
    });
  }

  override render() {
    const { build, awaySince, trouble } = this.#live?.view ?? { build: null, awaySince: null, trouble: null };
    if (trouble !== null) return this.#lost();
    return html`<p class="visually-hidden" role="status">${build === null ? nothing : news(build)}</p>
      ${
        build !== null && isEnded(build)
          ? this.#ended(build)
          : html`<pawl-build-going .at=${this.at} .build=${build} .awaySince=${awaySince}></pawl-build-going>`
      }
      ${build === null ? nothing : this.#log(build)}`;
  }

  #ended(build: Build) {
    if (build.state === "done") {
      return html`<pawl-build-result
        .at=${this.at}
        .build=${build}
        system=${this.system}
        .earlier=${this.earlier}
        againHref=${this.changeHref}
        .hrefOf=${this.hrefOf}
      ></pawl-build-result>`;
    }
    return html`<pawl-build-failed
      .build=${build}
      .lines=${this.#live?.view.lines ?? []}
      changeHref=${this.changeHref}
      ?busy=${this.busy}
      @remedy=${this.#pass}
      @again=${this.#pass}
    ></pawl-build-failed>`;
  }

  readonly #pass = ({ type, detail }: CustomEvent) => this.dispatchEvent(new CustomEvent(type, { detail }));

  /** Folded, but where it says what is wrong, or a line of it was sent to somebody. */
  #log(build: Build) {
    const lines = this.#live?.view.lines ?? [];
    const isFailed = build.state === "failed";
    const at = isFailed && build.failure ? lineAtFault(build.failure, lines) : null;
    return html`<details class="card" ?open=${isFailed || this.line !== null}>
      <summary>${words.run.log}</summary>
      ${isEnded(build) ? html`<pawl-build-steps .build=${build}></pawl-build-steps>` : nothing}
      <pawl-log
        .lines=${lines}
        .line=${this.line ?? at}
        .hrefOf=${this.lineHref}
        ?following=${!isEnded(build)}
        @line=${this.#pass}
      ></pawl-log>
    </details>`;
  }

  /** Whoever was sent a line sees it without looking for it. */
  protected override updated(changed: PropertyValues): void {
    if (changed.has("line")) this.#seeksLog = this.line !== null;
    if (!this.#seeksLog || !this.#live?.view.lines.length) return;
    this.#seeksLog = false;
    this.renderRoot.querySelector("pawl-log")?.scrollIntoView({ block: "nearest" });
  }

  #lost() {
    const isKnown = this.changeHref !== "";
    return html`<section class="card lost">
      <div>
        <h2>${words.run.notFound}</h2>
        <p class="quiet">${isKnown ? words.run.notFoundNext : words.run.notFoundStart}</p>
      </div>
      <a class="button primary" href=${isKnown ? this.changeHref : this.startHref}
        >${isKnown ? words.run.choices : words.run.start}</a
      >
    </section>`;
  }
}

/** What has changed, for those who don't see it. */
function news({ state, step }: Build): string {
  if (state === "queued") return words.run.queued;
  if (state === "done") return words.result.heading;
  if (state === "withdrawn") return words.failed.cancelled;
  if (state === "failed") return words.failed.heading;
  return step === null ? words.run.running : buildWords.step[step];
}

customElements.define("pawl-build-run", PawlBuildRun);
