import { css, html, LitElement, nothing } from "lit";
import { lineAtFault } from "../data/build-failure.ts";
import { isEnded } from "../data/build-steps.ts";
import type { Build, BuildLine } from "../data/live-build.ts";
import "../elements/pawl-log.ts";
import { base } from "../look/base.ts";
import { isPlainClick } from "../look/plain-click.ts";
import { words } from "../words/console.ts";
import { go, type Here } from "./here.ts";
import "./pawl-build-changes.ts";
import "./pawl-build-outcome.ts";
import { factsLook } from "./look.ts";
import { requestFacts } from "./request-facts.ts";

const TABS = ["log", "request", "result", "changes"] as const;
type Tab = (typeof TABS)[number];

/** What there is to read of a build: its log, what was asked for, what came of it, and what is different from another one. */
export class PawlBuildParts extends LitElement {
  static override properties = {
    here: { attribute: false },
    build: { attribute: false },
    lines: { attribute: false },
  };
  declare here: Here;
  declare build: Build;
  declare lines: readonly BuildLine[];

  static override styles = [
    base,
    factsLook,
    css`
      :host {
        display: block;
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
    `,
  ];

  override render() {
    return html`<nav aria-label=${words.build.tabsLabel}>
        ${TABS.map(
          (tab) =>
            html`<a href=${this.#href(tab)} aria-current=${tab === this.#tab ? "page" : nothing} @click=${(event: MouseEvent) => this.#choose(event, tab)}>${words.build.tabs[tab]}</a>`,
        )}
      </nav>
      ${this.#part()}`;
  }

  #part() {
    const { here, build } = this;
    switch (this.#tab) {
      case "log":
        return html`<pawl-log
          .lines=${this.lines}
          .line=${this.#line}
          ?following=${!isEnded(build)}
          ?isLoading=${!isEnded(build)}
          .hrefOf=${(line: number) => here.router.href(`builds/${build.id}`, { line: String(line) })}
          @line=${({ detail }: CustomEvent<number>) => go(here, { line: String(detail) })}
        ></pawl-log>`;
      case "request":
        return requestFacts(build);
      case "result":
        return html`<pawl-build-outcome .build=${build} root=${here.at.options.url}></pawl-build-outcome>`;
      case "changes":
        return html`<pawl-build-changes .here=${here} .build=${build}></pawl-build-changes>`;
      default:
        return this.#tab satisfies never;
    }
  }

  get #tab(): Tab {
    const asked = this.here.place.query.get("tab");
    return TABS.find((tab) => tab === asked) ?? "log";
  }

  /** The one that the address names, or that says what went wrong. */
  get #line(): number | null {
    const asked = this.here.place.query.get("line");
    if (asked !== null && /^\d{1,9}$/.test(asked)) return Number(asked);
    return this.build.failure ? lineAtFault(this.build.failure, this.lines) : null;
  }

  #href(tab: Tab): string {
    return this.here.router.href(`builds/${this.build.id}`, tab === "log" ? {} : { tab });
  }

  /** Stays where it is: only a part of the page is another. */
  #choose(event: MouseEvent, tab: Tab): void {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    go(this.here, tab === "log" ? {} : { tab }, { replace: false });
  }
}

customElements.define("pawl-build-parts", PawlBuildParts);
