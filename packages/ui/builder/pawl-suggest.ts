import { html, LitElement, nothing, type TemplateResult } from "lit";
import { LoaderCircle, Search } from "lucide";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-delay.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { suggestLook } from "./suggest-look.ts";

/** One line of what was found. */
export interface Suggestion<T> {
  /** Tells it from the others. */
  key: string;
  item: T;
  row: TemplateResult;
  /** Why it can't be chosen. */
  reason?: string;
}

export interface Suggestions<T> {
  items: readonly Suggestion<T>[];
  /** How many there are, in words; or that there are none, and what to do. */
  summary: string;
  /** Below the list: there are more, say. */
  note?: TemplateResult | string;
}

/** After the last key, in milliseconds. */
const TYPED_MS = 150;

/**
 * A field that finds as one types: the combobox with a list of the ARIA Authoring Practices, where the focus stays in the field.
 * `choose` has the item in its detail.
 */
export class PawlSuggest<T = unknown> extends LitElement {
  static override properties = {
    label: { type: String },
    placeholder: { type: String },
    large: { type: Boolean, reflect: true },
    find: { attribute: false },
    about: { attribute: false },
    query: { state: true },
    typed: { state: true },
    isOpen: { state: true },
    active: { state: true },
  };
  declare label: string;
  declare placeholder: string;
  /** The one field of a page: its list is part of the page instead of lying above it. */
  declare large: boolean;
  declare find: (query: string, signal: AbortSignal) => Promise<Suggestions<T>>;
  /** What the answers depend on besides what is typed. */
  declare about: unknown;
  /** What is in the field. */
  declare typed: string;
  /** What is looked for. */
  declare query: string;
  declare isOpen: boolean;
  /** Which line the arrow keys are at; -1: none. */
  declare active: number;

  static override styles = [base, suggestLook];
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #found = new LastingLoad(
    this,
    ([query]: readonly [string, unknown], signal) => this.find(query, signal),
    () => (this.query === "" ? null : [this.query, this.about]),
  );

  constructor() {
    super();
    this.label = "";
    this.placeholder = "";
    this.large = false;
    this.typed = "";
    this.query = "";
    this.isOpen = false;
    this.active = -1;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render() {
    const { items = [], summary = "", note } = this.#found.value ?? this.#nothing;
    const isShown = this.isOpen && this.query !== "";
    const { isLoading, delay } = this.#found;
    const isSilent = items.length === 0 && delay === null && (isLoading || (summary === "" && !note));
    const active = items[this.active];
    return html`
      <label for="field">${this.label}</label>
      <div class="box" @focusout=${this.#left}>
        <div class="entry">
          ${icon(Search)}
          <input
            id="field"
            class="field"
            type="search"
            role="combobox"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            enterkeyhint="search"
            aria-autocomplete="list"
            aria-expanded=${isShown && items.length > 0}
            aria-controls="list"
            aria-activedescendant=${isShown && active ? `item-${this.active}` : nothing}
            placeholder=${this.placeholder}
            .value=${this.typed}
            @input=${this.#input}
            @keydown=${this.#key}
            @focus=${() => (this.isOpen = true)}
            @click=${() => (this.isOpen = true)}
          />
          <span class="busy" ?hidden=${!isLoading || delay !== null}>${icon(LoaderCircle)}</span>
        </div>
        <div class="found" ?hidden=${!isShown || isSilent}>
          <pawl-delay
            ?hidden=${delay === null}
            .delay=${delay}
            @try-now=${() => this.#found.tryNow()}
          ></pawl-delay>
          <ul id="list" role="listbox" aria-label=${this.label} ?hidden=${items.length === 0}>
            ${items.map(
              ({ row, reason }, i) =>
                html`<li
                  id="item-${i}"
                  role="option"
                  aria-selected=${i === this.active}
                  aria-disabled=${reason === undefined ? nothing : "true"}
                  @mousedown=${(event: Event) => event.preventDefault()}
                  @click=${() => this.#choose(i)}
                >
                  ${row}${reason === undefined ? nothing : html`<span class="reason quiet small">${reason}</span>`}
                </li>`,
            )}
          </ul>
          <p class="summary quiet small" role="status">${isLoading ? nothing : summary}</p>
          ${note ? html`<div class="note quiet small">${note}</div>` : nothing}
        </div>
      </div>
    `;
  }

  /** Why nothing is found, where the server has said so. */
  get #nothing(): Partial<Suggestions<T>> {
    const { error } = this.#found;
    return error instanceof Error ? { summary: error.message } : {};
  }

  protected override updated(): void {
    const found = this.renderRoot.querySelector<HTMLElement>(".found:not([hidden])");
    if (found && !this.large && this.active < 0) found.scrollIntoView({ block: "nearest" });
    this.renderRoot.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  readonly #input = (event: Event) => {
    this.typed = (event.target as HTMLInputElement).value;
    this.isOpen = true;
    this.active = -1;
    clearTimeout(this.#timer);
    if (this.typed.trim() === "") this.#look();
    else this.#timer = setTimeout(() => this.#look(), TYPED_MS);
  };

  #look(): void {
    clearTimeout(this.#timer);
    this.query = this.typed.trim();
  }

  readonly #key = (event: KeyboardEvent) => {
    const count = this.#found.value?.items.length ?? 0;
    if (event.isComposing) return;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        event.preventDefault();
        this.isOpen = true;
        if (count === 0) return;
        const step = event.key === "ArrowDown" ? 1 : -1;
        // Before the first and after the last is the field itself.
        this.active = ((this.active + 1 + step + count + 1) % (count + 1)) - 1;
        break;
      }
      case "Enter":
        event.preventDefault();
        // The list is still of what was typed before.
        if (this.query !== this.typed.trim()) this.#look();
        else this.#choose(this.active >= 0 ? this.active : this.#meant);
        break;
      case "Escape":
        if (this.isOpen && this.typed !== "") event.preventDefault();
        if (!this.isOpen || count === 0) this.#clear();
        this.isOpen = false;
        this.active = -1;
        break;
    }
  };

  /** The only one, or the one of that very name: there is nothing to choose. */
  get #meant(): number {
    const items = this.#found.value?.items ?? [];
    return items.length === 1 ? 0 : items.findIndex(({ key }) => key === this.query);
  }

  #choose(at: number): void {
    const chosen = this.#found.value?.items[at];
    if (!chosen || chosen.reason !== undefined || this.#found.isLoading) return;
    this.#clear();
    this.dispatchEvent(new CustomEvent<T>("choose", { detail: chosen.item }));
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.typed = "";
    this.query = "";
    this.active = -1;
  }

  readonly #left = (event: FocusEvent) => {
    const isWithin = event.relatedTarget instanceof Node && this.renderRoot.contains(event.relatedTarget);
    if (!isWithin && !this.large) this.isOpen = false;
  };
}

customElements.define("pawl-suggest", PawlSuggest);
