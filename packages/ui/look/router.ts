import type { ReactiveController, ReactiveControllerHost } from "lit";
import { isPlainClick } from "./plain-click.ts";

/** What the address says, below the page's root: `builds/0123`, and its query. */
export interface Place {
  path: string;
  query: URLSearchParams;
}

let root: string | undefined;

/**
 * Where our pages are, whatever a proxy puts in front: the page's `<meta name="pawl-root">`, as a whole address with a slash. It
 * is meant from the address that the page was loaded at; the same page goes to others later.
 */
export function rootUrl(): URL {
  const content = document.querySelector<HTMLMetaElement>("meta[name=pawl-root]")?.content ?? "./";
  root ??= new URL(content, location.href).href;
  return new URL(root);
}

/** The same without a slash at the end, as clients want it. */
export const apiRoot = () => rootUrl().href.replace(/\/$/, "");

/** Keeps an element at the address: it is drawn again when that changes. Links within the page change it without loading. */
export class Router implements ReactiveController {
  readonly #host: ReactiveControllerHost & EventTarget;
  readonly #base: URL;

  /** @param base what counts as within: `console/` below the root */
  constructor(host: ReactiveControllerHost & EventTarget, base = "") {
    this.#host = host;
    this.#base = new URL(base, rootUrl());
    host.addController(this);
  }

  get place(): Place {
    const { pathname, searchParams } = new URL(location.href);
    const within = pathname.startsWith(this.#base.pathname) ? pathname.slice(this.#base.pathname.length) : "";
    return { path: within.replace(/\/$/, ""), query: searchParams };
  }

  /** The address of a path within. */
  href(path: string, query: Readonly<Record<string, string>> = {}): string {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) if (value !== "") url.searchParams.set(name, value);
    return url.pathname + url.search;
  }

  /** `replace`: without a step for the back button, as while somebody types. */
  go(href: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, "", href);
    else history.pushState(null, "", href);
    this.#host.requestUpdate();
  }

  /** Lays something over the place, such as a dialog: its address is kept in the query, and the back button takes it away. */
  open(name: string, value: string): void {
    const url = new URL(location.href);
    url.searchParams.set(name, value);
    history.pushState({ over: name }, "", url);
    this.#host.requestUpdate();
  }

  /** Takes it away, and the step that it was: whoever goes back then leaves the place. */
  close(name: string): void {
    const url = new URL(location.href);
    if (!url.searchParams.has(name)) return;
    const isStep = history.state?.over === name;
    url.searchParams.delete(name);
    // The browser goes back only later; until then the address is right already.
    this.go(url.href, { replace: true });
    if (isStep) history.back();
  }

  hostConnected(): void {
    addEventListener("popstate", this.#changed);
    this.#host.addEventListener("click", this.#clicked);
  }

  hostDisconnected(): void {
    removeEventListener("popstate", this.#changed);
    this.#host.removeEventListener("click", this.#clicked);
  }

  readonly #changed = () => this.#host.requestUpdate();

  readonly #clicked = (event: Event) => {
    const click = event as MouseEvent;
    const link = click.composedPath().find((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement);
    if (!link || !isPlainClick(click) || click.defaultPrevented || link.target !== "" || link.hasAttribute("download"))
      return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !`${url.pathname}/`.startsWith(this.#base.pathname)) return;
    if (link.hasAttribute("data-leaves")) return;
    event.preventDefault();
    this.go(url.pathname + url.search + url.hash);
    scrollTo(0, 0);
  };
}
