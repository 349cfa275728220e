import { css, html, LitElement, nothing } from "lit";
import { browserKeep } from "../builder/browser-keep.ts";
import { type ServerAt, serverAt } from "../builder/server-at.ts";
import { forgetToken, keepToken, keptToken, tokenOfLink } from "../data/console-session.ts";
import { base } from "../look/base.ts";
import { brandMark } from "../look/page-frame.ts";
import { apiRoot, Router, rootUrl } from "../look/router.ts";
import { words } from "../words/console.ts";
import { type Here, signInHref } from "./here.ts";
import "./pawl-console-build.ts";
import "./pawl-console-builds.ts";
import "./pawl-console-catalog.ts";
import "./pawl-console-overview.ts";
import "./pawl-console-queue.ts";
import "./pawl-console-store.ts";
import "./pawl-console-tokens.ts";
import "./pawl-console-workers.ts";
import type { SignedIn } from "./pawl-sign-in.ts";

const PAGES = ["overview", "builds", "queue", "workers", "catalog", "store", "tokens"] as const;
type Page = (typeof PAGES)[number];

const keeps = () => ({ session: keepOf("session"), local: keepOf("local") });

/** The console: what one sees is what the address says. */
export class PawlConsole extends LitElement {
  static override properties = { fetch: { attribute: false }, token: { state: true } };
  /** In place of the network's. */
  declare fetch: typeof globalThis.fetch | undefined;
  declare token: string | null;

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 100dvh;
      }
      header,
      main {
        padding: 0 max(16px, (100% - 80rem) / 2);
      }
      header {
        border-bottom: 1px solid var(--line);
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0 16px;
        padding-top: 8px;
      }
      .top a,
      .top .link {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
      }
      .brand {
        color: var(--text);
        text-decoration: none;
      }
      .who {
        display: flex;
        align-items: center;
        gap: 4px 16px;
      }
      nav {
        display: flex;
        overflow-x: auto;
        margin: 0 -16px;
        padding: 0 4px;
        scrollbar-width: none;
      }
      nav a {
        flex: none;
        min-height: 44px;
        padding: 0 12px;
        align-content: center;
        border-bottom: 2px solid transparent;
        color: var(--text-quiet);
        text-decoration: none;
      }
      nav a:hover {
        color: var(--text);
      }
      nav a[aria-current="page"] {
        border-color: var(--accent);
        color: var(--text);
        font-weight: 600;
      }
      nav a:focus-visible {
        outline-offset: -2px;
      }
      main {
        flex: 1;
        padding-top: 24px;
        padding-bottom: 48px;
      }
      main > h1 {
        margin-bottom: 16px;
      }
      main:focus {
        outline: none;
      }
      .skip {
        position: absolute;
        left: -999px;
      }
      .skip:focus {
        position: static;
      }
    `,
  ];

  readonly #router = new Router(this, "console/");
  #at: ServerAt | null = null;
  #shown = "";

  constructor() {
    super();
    const token = tokenOfLink(location.hash);
    if (token !== null) {
      keepToken(token, false, keeps());
      // It is nobody's who looks over a shoulder, or is sent the address.
      history.replaceState(null, "", location.pathname + location.search);
    }
    this.token = token ?? keptToken(keeps());
    this.addEventListener("signed-in", (event) => this.#signedIn((event as CustomEvent<SignedIn>).detail));
    this.addEventListener("sign-out", this.#signOut);
  }

  get #here(): Here {
    this.#at ??= serverAt({
      url: apiRoot(),
      ...(this.token !== null && { token: this.token }),
      ...(this.fetch && { fetch: this.fetch }),
    });
    return { at: this.#at, router: this.#router, place: this.#router.place, isSignedIn: this.token !== null };
  }

  override render() {
    const here = this.#here;
    const page = pageOf(here.place.path);
    return html`<header>
        <button class="skip button" type="button" @click=${this.#skip}>${words.skip}</button>
        <div class="top">
          <a class="brand" href=${here.router.href("")}>${brandMark} <strong>${words.title}</strong></a>
          <span class="who">
            <a href=${rootUrl().pathname} data-leaves>${words.nav.builder}</a>
            ${
              here.isSignedIn
                ? html`<button class="link" type="button" @click=${this.#signOut}>${words.signIn.out}</button>`
                : here.place.path === "sign-in"
                  ? nothing
                  : html`<a href=${signInHref(here)}>${words.signIn.open}</a>`
            }
          </span>
        </div>
        <nav aria-label=${words.nav.label}>
          ${PAGES.map(
            (each) =>
              html`<a href=${here.router.href(each === "overview" ? "" : each)} aria-current=${each === page ? "page" : nothing}>${words.nav[each]}</a>`,
          )}
        </nav>
      </header>
      <main id="content" tabindex="-1">${content(here, page)}</main>`;
  }

  /** Whoever goes on to another page begins at its top, with the keyboard, too. */
  protected override updated(): void {
    const { path } = this.#router.place;
    const page = pageOf(path);
    if (!/^builds\/./.test(path)) document.title = page === null ? words.title : words.pageTitle(words.nav[page]);
    const before = this.#shown;
    this.#shown = path || "overview";
    if (before === this.#shown) return;
    this.renderRoot.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (before === "") return;
    scrollTo(0, 0);
    this.renderRoot.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  }

  readonly #skip = () => {
    this.renderRoot.querySelector<HTMLElement>("main")?.focus();
  };

  #signedIn({ token, isLasting }: SignedIn): void {
    keepToken(token, isLasting, keeps());
    this.#as(token);
    const { path, query } = this.#router.place;
    if (path !== "sign-in") return;
    const home = this.#router.href("");
    const back = this.#router.href(query.get("to") ?? "");
    this.#router.go(back.startsWith(home) ? back : home, { replace: true });
  }

  readonly #signOut = () => {
    forgetToken(keeps());
    this.#as(null);
  };

  #as(token: string | null): void {
    this.#at = null;
    this.token = token;
  }
}

/** Null: it is no page of ours, or one that is in no menu. */
function pageOf(path: string): Page | null {
  const [first = ""] = path.split("/");
  return first === "" ? "overview" : (PAGES.find((page) => page === first) ?? null);
}

function content(here: Here, page: Page | null) {
  const [, id, ...more] = here.place.path.split("/");
  if (more.length > 0 || (id !== undefined && page !== "builds")) return nowhere(here);
  switch (page) {
    case "overview":
      return html`<pawl-console-overview .here=${here}></pawl-console-overview>`;
    case "builds":
      return id === undefined
        ? html`<pawl-console-builds .here=${here}></pawl-console-builds>`
        : html`<pawl-console-build .here=${here} .build=${id}></pawl-console-build>`;
    case "queue":
      return html`<pawl-console-queue .here=${here}></pawl-console-queue>`;
    case "workers":
      return html`<pawl-console-workers .here=${here}></pawl-console-workers>`;
    case "catalog":
      return html`<pawl-console-catalog .here=${here}></pawl-console-catalog>`;
    case "store":
      return html`<pawl-console-store .here=${here}></pawl-console-store>`;
    case "tokens":
      return html`<pawl-console-tokens .here=${here}></pawl-console-tokens>`;
    default:
      if (here.place.path === "sign-in") return signIn(here);
      return nowhere(here);
  }
}

const signIn = ({ at }: Here) => html`<h1>${words.signIn.heading}</h1>
  <pawl-sign-in .at=${at}></pawl-sign-in>`;

const nowhere = ({ router }: Here) => html`<h1>${words.notFound}</h1>
  <p><a href=${router.href("")}>${words.toOverview}</a></p>`;

function keepOf(which: "session" | "local"): Storage | null {
  const keep = browserKeep(which);
  return keep as Storage | null;
}

customElements.define("pawl-console", PawlConsole);
