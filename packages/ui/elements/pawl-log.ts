import { html, LitElement, nothing, type PropertyValues } from "lit";
import { ArrowDownToLine, ChevronDown, ChevronUp } from "lucide";
import { linesInView, linesWith } from "../data/log-search.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { isPlainClick } from "../look/plain-click.ts";
import { number } from "../words/format.ts";
import { words } from "../words/log.ts";
import { type LogViewLine, logLine } from "./log/log-line.ts";
import { logLook } from "./log/look.ts";
import "./pawl-copy.ts";

/** Each line is so high, in pixels: so it is known which of 100,000 are in view. */
const LINE_PX = 22;
/** So many are seen at once, and need no searching. */
const SHORT_LINES = 12;
/** Whoever is so near to the end wants to stay there, in pixels. */
const NEAR_END_PX = 30;

/**
 * The lines of a log: only those in view are drawn. It stays at the end as lines come, unless somebody goes elsewhere; it can be
 * searched; and each line has an address where the page has one: `line` with its number when that is pressed.
 */
export class PawlLog extends LitElement {
  static override properties = {
    lines: { attribute: false },
    line: { attribute: false },
    hrefOf: { attribute: false },
    following: { type: Boolean },
    isLoading: { type: Boolean },
    name: { type: String },
    query: { state: true },
    found: { state: true },
    isAtEnd: { state: true },
  };
  declare lines: readonly LogViewLine[];
  /** The number of the one that is marked, and in view at first. */
  declare line: number | null;
  declare hrefOf: ((line: number) => string) | null;
  /** More may come. */
  declare following: boolean;
  declare isLoading: boolean;
  declare name: string;
  declare query: string;
  /** Which of those that were found is the current one, from 0. */
  declare found: number;
  declare isAtEnd: boolean;
  #matches: number[] = [];
  /** The marked line isn't in view yet: it may still be on its way. */
  #seeks = false;
  readonly #resized = new ResizeObserver(() => this.requestUpdate());

  static override styles = [base, logLook];

  constructor() {
    super();
    this.lines = [];
    this.line = null;
    this.hrefOf = null;
    this.following = false;
    this.isLoading = false;
    this.name = "";
    this.query = "";
    this.found = 0;
    this.isAtEnd = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#window) this.#resized.observe(this.#window);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("lines") || changed.has("query")) this.#matches = linesWith(this.lines, this.query);
    // Of other lines other ones were found.
    if (this.found >= this.#matches.length) this.found = 0;
    if (changed.has("line")) {
      this.#seeks = this.line !== null;
      if (this.#seeks) this.isAtEnd = false;
    }
  }

  override render() {
    const { lines } = this;
    const isShort = lines.length < SHORT_LINES && !this.following && !this.isLoading && this.query === "";
    return html`${isShort ? nothing : this.#tools()}
      <div
        class="window ${lines.length < SHORT_LINES ? "short" : ""}"
        role="region"
        aria-label=${this.name || words.region}
        tabindex="0"
        @scroll=${this.#scrolled}
      >
        ${
          lines.length === 0
            ? html`<p class="empty quiet">${this.isLoading ? words.loading : words.empty}</p>`
            : html`<div class="all" .style=${`height: ${lines.length * LINE_PX}px`}>${this.#shown()}</div>`
        }
      </div>
      ${this.#foot()}`;
  }

  #tools() {
    const count = this.#matches.length;
    const isAsked = this.query.trim() !== "";
    const said = count === 0 ? words.nothing : words.found(number(this.found + 1), number(count));
    return html`<div class="tools" role="search">
      <input
        class="field"
        type="search"
        aria-label=${words.search}
        placeholder=${words.search}
        autocomplete="off"
        spellcheck="false"
        .value=${this.query}
        @input=${this.#typed}
        @keydown=${this.#pressed}
      />
      ${
        isAsked
          ? html`<span class="found small quiet numbers" role="status">${said}</span>
              ${this.#stepper(-1, words.previous, ChevronUp)} ${this.#stepper(1, words.next, ChevronDown)}`
          : nothing
      }
    </div>`;
  }

  #stepper(by: number, label: string, shapes: typeof ChevronUp) {
    return html`<button
      class="button"
      type="button"
      title=${label}
      aria-label=${label}
      aria-disabled=${this.#matches.length === 0}
      @click=${() => this.#step(by)}
    >
      ${icon(shapes)}
    </button>`;
  }

  #shown() {
    const view = this.#window;
    const place = { top: view?.scrollTop ?? 0, height: view?.clientHeight ?? 0 };
    // Before it is drawn the first time, and while it follows, its end is what will be in view.
    if (this.isAtEnd) place.top = Math.max(0, this.lines.length * LINE_PX - place.height);
    const { from, to } = linesInView(place, LINE_PX, this.lines.length);
    const current = this.#matches[this.found];
    return html`<ol .style=${`transform: translateY(${from * LINE_PX}px)`}>
      ${this.lines.slice(from, to).map((line, i) => this.#line(line, from + i === current))}
    </ol>`;
  }

  #line(line: LogViewLine, isCurrent: boolean) {
    const isMarked = line.number === this.line;
    const href = this.hrefOf?.(line.number) ?? null;
    const choose = (event: MouseEvent) => this.#chosen(event, line.number);
    return logLine(line, { isMarked, isCurrent, query: this.query, href, choose });
  }

  #foot() {
    const count = this.lines.length;
    if (count === 0) return nothing;
    const isFollowing = this.following && this.isAtEnd;
    const isAllInView = count * LINE_PX <= (this.#window?.clientHeight ?? 0);
    return html`<div class="foot">
      <span class="quiet small numbers">
        ${words.lines(number(count), count === 1)}${isFollowing ? html` · ${words.follows}` : nothing}
      </span>
      <span class="tools">
        <button class="link" type="button" ?hidden=${this.isAtEnd || isAllInView} @click=${this.#toEnd}>
          ${icon(ArrowDownToLine)} ${words.toEnd}
        </button>
        <pawl-copy bare label=${words.copy} .text=${() => this.lines.map(({ text }) => text).join("\n")}></pawl-copy>
      </span>
    </div>`;
  }

  protected override firstUpdated(): void {
    // Folded away it has no height: what is in view is known when it is opened.
    if (this.#window) this.#resized.observe(this.#window);
  }

  protected override updated(): void {
    const view = this.#window;
    if (!view || view.clientHeight === 0) return;
    if (this.#seeks) {
      const index = this.lines.findIndex(({ number: of }) => of === this.line);
      if (index === -1) return;
      this.#seeks = false;
      this.#show(index);
    } else if (this.isAtEnd) view.scrollTop = view.scrollHeight;
  }

  get #window(): HTMLElement | null {
    return this.renderRoot?.querySelector<HTMLElement>(".window") ?? null;
  }

  #show(index: number): void {
    const view = this.#window;
    if (!view) return;
    // Which lines are drawn then follows from the scrolling.
    view.scrollTop = Math.max(0, (index + 0.5) * LINE_PX - view.clientHeight / 2);
  }

  #step(by: number): void {
    const count = this.#matches.length;
    if (count === 0) return;
    this.found = (this.found + by + count) % count;
    this.isAtEnd = false;
    this.#show(this.#matches[this.found] ?? 0);
  }

  readonly #typed = (event: Event) => {
    this.query = (event.target as HTMLInputElement).value;
    this.found = 0;
    const [first] = linesWith(this.lines, this.query);
    if (first === undefined) return;
    this.isAtEnd = false;
    this.#show(first);
  };

  readonly #pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.#step(event.shiftKey ? -1 : 1);
  };

  readonly #toEnd = () => {
    this.isAtEnd = true;
  };

  readonly #scrolled = ({ currentTarget }: Event) => {
    const { scrollHeight, scrollTop, clientHeight } = currentTarget as HTMLElement;
    if (clientHeight === 0) return;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    this.requestUpdate();
  };

  #chosen(event: MouseEvent, of: number): void {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent<number>("line", { detail: of }));
  }
}

customElements.define("pawl-log", PawlLog);
