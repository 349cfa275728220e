import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { ArrowLeft, CloudOff } from "lucide";
import { buildReport, lineAtFault } from "../data/build-failure.ts";
import { isEnded } from "../data/build-steps.ts";
import { type Build, type BuildView, LiveBuild } from "../data/live-build.ts";
import "../elements/pawl-build-steps.ts";
import "../elements/pawl-copy.ts";
import "../elements/pawl-log.ts";
import { tickWhile } from "../elements/ticking.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { isPlainClick } from "../look/plain-click.ts";
import { rootUrl } from "../look/router.ts";
import { words } from "../words/console.ts";
import { duration } from "../words/format.ts";
import { buildState } from "./build-state.ts";
import { buildTimes } from "./build-times.ts";
import { go, type Here } from "./here.ts";
import { signInInstead } from "./loaded.ts";
import { consoleLook } from "./look.ts";
import "./pawl-build-actions.ts";
import "./pawl-build-changes.ts";
import { requestFacts } from "./request-facts.ts";
import "./pawl-build-outcome.ts";

const TABS = ["log", "request", "result", "changes"] as const;
type Tab = (typeof TABS)[number];

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
      nav {
        display: flex;
        overflow-x: auto;
        margin: -8px 0 16px;
        border-bottom: 1px solid var(--line);
      }
      nav a {
        flex: none;
        min-height: 44px;
        padding: 0 10px;
        align-content: center;
        border-bottom: 2px solid transparent;
        color: var(--text-quiet);
        text-decoration: none;
      }
      nav a[aria-current="page"] {
        border-color: var(--accent);
        color: var(--text);
        font-weight: 600;
      }
      nav a:focus-visible {
        outline-offset: -2px;
      }
      pawl-log {
        --log-height: max(20rem, calc(100dvh - 22rem));
      }
      @media (min-width: 64rem) {
        .parts {
          grid-template-columns: 20rem minmax(0, 1fr);
        }
      }
    `,
  ];

  #live: LiveBuild | null = null;
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
    const { build = null, trouble = null } = this.#live?.view ?? {};
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
          ${buildTimes(build, Date.now())}
          <pawl-build-actions .here=${this.here} .build=${build} @changed=${() => this.#again()}></pawl-build-actions>
          <a class="link" href="${rootUrl().pathname}?build=${build.id}" data-leaves>${words.build.openBuilder}</a>
        </section>
        <section class="card">
          <nav aria-label=${words.build.tabsLabel}>
            ${TABS.map(
              (tab) =>
                html`<a href=${this.#href(tab)} aria-current=${tab === this.#tab ? "page" : nothing} @click=${(event: MouseEvent) => this.#choose(event, tab)}>${words.build.tabs[tab]}</a>`,
            )}
          </nav>
          ${this.#part(build)}
        </section>
      </div>`;
  }

  #part(build: Build) {
    const { lines = [] } = this.#live?.view ?? {};
    switch (this.#tab) {
      case "log":
        return html`<pawl-log
          .lines=${lines}
          .line=${this.#line(build)}
          ?following=${!isEnded(build)}
          ?isLoading=${!isEnded(build)}
          .hrefOf=${(line: number) => this.here.router.href(`builds/${build.id}`, { line: String(line) })}
          @line=${({ detail }: CustomEvent<number>) => go(this.here, { line: String(detail) })}
        ></pawl-log>`;
      case "request":
        return requestFacts(build);
      case "result":
        return html`<pawl-build-outcome .build=${build} root=${this.here.at.options.url}></pawl-build-outcome>`;
      case "changes":
        return html`<pawl-build-changes .here=${this.here} .build=${build}></pawl-build-changes>`;
      default:
        return this.#tab satisfies never;
    }
  }

  get #tab(): Tab {
    const asked = this.here.place.query.get("tab");
    return TABS.find((tab) => tab === asked) ?? "log";
  }

  /** The one that the address names, or that says what went wrong. */
  #line(build: Build): number | null {
    const asked = this.here.place.query.get("line");
    if (asked !== null && /^\d{1,9}$/.test(asked)) return Number(asked);
    return build.failure ? lineAtFault(build.failure, this.#live?.view.lines ?? []) : null;
  }

  #href(tab: Tab): string {
    return this.here.router.href(`builds/${this.build}`, tab === "log" ? {} : { tab });
  }

  /** Stays where it is: only a part of the page is another. */
  #choose(event: MouseEvent, tab: Tab): void {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    go(this.here, tab === "log" ? {} : { tab }, { replace: false });
  }

  #failure(build: Build) {
    const { failure } = build;
    if (failure === null) return nothing;
    return html`<section class="card failure stack">
      <h2>${words.build.failure}</h2>
      <p>${failure.message}</p>
      ${
        failure.culprits.length === 0
          ? nothing
          : html`<ul>
              ${failure.culprits.map(({ name, detail }) => html`<li><strong>${name}</strong>: ${detail}</li>`)}
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
