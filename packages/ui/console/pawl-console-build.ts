import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { ArrowLeft, CloudOff } from "lucide";
import { buildReport } from "../data/build-failure.ts";
import { readWork } from "../data/console-reads.ts";
import { type Build, type BuildView, LiveBuild } from "../data/live-build.ts";
import "../elements/pawl-build-steps.ts";
import "../elements/pawl-copy.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import { tickWhile } from "../elements/ticking.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { rootUrl } from "../look/router.ts";
import { words } from "../words/console.ts";
import { duration } from "../words/format.ts";
import { buildState } from "./build-state.ts";
import { buildTimes } from "./build-times.ts";
import type { Here } from "./here.ts";
import { signInInstead } from "./loaded.ts";
import { consoleLook } from "./look.ts";
import "./pawl-build-actions.ts";
import "./pawl-build-parts.ts";

/** One build: what it has done and how long that took, its log as it goes on, what was asked for, and what came of it. */
export class PawlConsoleBuild extends LitElement {
  static override properties = { here: { attribute: false }, build: { attribute: false } };
  declare here: Here;
  /** Its id. */
  declare build: string;

  static override styles = [
    base,
    consoleLook,
    css`
      .back {
        justify-self: start;
        margin: -16px 0 -12px -4px;
      }
      h1 {
        overflow-wrap: anywhere;
      }
      .parts .link {
        justify-self: start;
        margin-inline: -4px;
      }
      .failure h2 {
        margin: 0;
      }
      ul {
        padding-left: 20px;
      }
      .parts {
        display: grid;
        align-items: start;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      .failure {
        border-color: var(--danger);
      }
      .away {
        display: flex;
        align-items: center;
        gap: 8px;
        color: var(--warn);
      }
      @media (min-width: 64rem) {
        .parts {
          grid-template-columns: 20rem minmax(0, 1fr);
        }
      }
    `,
  ];

  readonly #work = new LastingLoad(
    this,
    ([at, id]: readonly [Here["at"], string, string], signal) => readWork(at, id, signal),
    () => {
      const { build } = this.#live?.view ?? { build: null };
      return build === null || !this.here.isSignedIn
        ? null
        : [this.here.at, build.id, `${build.state} ${build.started_at}`];
    },
  );
  #live: LiveBuild | null = null;
  /** Stays while the same one is watched anew, after something was asked of it. */
  #last: Build | null = null;
  #unlisten: (() => void) | null = null;

  constructor() {
    super();
    tickWhile(this, () => this.#isMoving);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unlisten?.();
  }

  /** Seconds count: of the build, or of a server that is away. */
  get #isMoving(): boolean {
    const { build, awaySince } = this.#live?.view ?? { build: null, awaySince: null };
    return awaySince !== null || build?.state === "running";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("here") as Here | undefined;
    if (changed.has("build") || (before && before.at !== this.here.at)) this.#follow();
  }

  #follow(): void {
    this.#unlisten?.();
    this.#live = new LiveBuild(this.here.at.options, this.build);
    this.#unlisten = this.#live.listen(() => this.requestUpdate());
  }

  override render() {
    const { trouble = null } = this.#live?.view ?? {};
    const build = this.#live?.view.build ?? (this.#last?.id === this.build ? this.#last : null);
    this.#last = build;
    const { router } = this.here;
    document.title = words.pageTitle(build ? `${build.profile}` : words.builds.heading);
    return html`<a class="link back" href=${router.href("builds")}>${icon(ArrowLeft)} ${words.build.back}</a>
      ${this.#away()}
      ${trouble === null && build !== null ? this.#whole(build) : html`<h1>${words.build.title}</h1>${this.#nothing(trouble)}`}`;
  }

  #nothing(trouble: BuildView["trouble"]) {
    if (trouble === null) return html`<p class="card quiet" role="status">${words.build.loading}</p>`;
    const sentence = trouble.code === "not_found" ? words.build.notFound : trouble.message;
    return signInInstead(trouble, "build", this.here) ?? html`<p class="card" role="alert">${sentence}</p>`;
  }

  #whole(build: Build) {
    return html`<div class="head">
        <h1>${words.build.heading(build.profile, build.version)}</h1>
        <span role="status">${buildState(build.state)}</span>
      </div>
      ${build.failure === null ? nothing : this.#failure(build)}
      <div class="parts">
        <section class="card stack" aria-label=${words.build.steps}>
          <pawl-build-steps .build=${build}></pawl-build-steps>
          ${buildTimes(build, this.#work.value ?? null, Date.now())}
          <pawl-build-actions .here=${this.here} .build=${build} @changed=${() => this.#again()}></pawl-build-actions>
          <a class="link" href="${rootUrl().pathname}?build=${build.id}" data-leaves>${words.build.openBuilder}</a>
        </section>
        <section class="card">
          ${keyed(
            this.#live,
            html`<pawl-build-parts .here=${this.here} .build=${build} .lines=${this.#live?.view.lines ?? []}></pawl-build-parts>`,
          )}
        </section>
      </div>`;
  }

  #failure(build: Build) {
    const { failure } = build;
    if (failure === null) return nothing;
    // Where one alone is at fault, the sentence is about it.
    const culprits = failure.culprits.filter(({ detail }) => detail !== failure.message);
    return html`<section class="card failure stack">
      <h2>${words.build.failure}</h2>
      <p>${failure.message}</p>
      ${
        culprits.length === 0
          ? nothing
          : html`<ul>
              ${culprits.map(({ name, detail }) => html`<li><strong>${name}</strong>: ${detail}</li>`)}
            </ul>`
      }
      <div class="buttons">
        <pawl-copy
          label=${words.build.copyReport}
          .text=${() => buildReport(build, this.#live?.view.lines ?? [], location.href)}
        ></pawl-copy>
      </div>
    </section>`;
  }

  #away() {
    const since = this.#live?.view.awaySince ?? null;
    if (since === null) return nothing;
    return html`<p class="card away">
      ${icon(CloudOff)} <span class="numbers">${words.build.away(duration((Date.now() - since) / 1000))}</span>
    </p>`;
  }

  #again(): void {
    this.#follow();
    this.requestUpdate();
  }
}

customElements.define("pawl-console-build", PawlConsoleBuild);
