import { css, html, LitElement, nothing } from "lit";
import { X } from "lucide";
import { base } from "../../look/base.ts";
import { icon } from "../../look/icon.ts";
import { words } from "../../words/table.ts";

export type FilterField =
  | { kind: "text"; name: string; label: string }
  | { kind: "choice"; name: string; label: string; options: readonly { value: string; label: string }[] }
  /** Comes from a link, and can be taken away. */
  | { kind: "fixed"; name: string; label: string };

/** So long after the last letter it is filtered, in milliseconds. */
const AFTER_TYPING_MS = 250;

/** What a list is narrowed down by. `filter` has what has changed: name → value, empty where it is taken away. */
export class PawlFilters extends LitElement {
  static override properties = { fields: { attribute: false }, values: { attribute: false } };
  declare fields: readonly FilterField[];
  declare values: Readonly<Record<string, string>>;
  #typing: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    base,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px 12px;
      }
      label {
        display: grid;
        gap: 2px;
        min-width: 0;
        color: var(--text-quiet);
        font-size: 14px;
      }
      .field {
        width: 100%;
        color: var(--text);
        font-size: 16px;
      }
      .text {
        flex: 1 1 14rem;
      }
      .choice {
        flex: 0 1 auto;
      }
      @media (max-width: 44rem) {
        .text {
          flex-basis: 100%;
        }
        .choice {
          flex: 1 1 8rem;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.fields = [];
    this.values = {};
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  override render() {
    const names = this.fields.map(({ name }) => name).filter((name) => this.values[name]);
    return html`<form role="search" aria-label=${words.filters} @submit=${(event: Event) => event.preventDefault()}>
      ${this.fields.map((field) => this.#field(field))}
      ${
        names.length === 0
          ? nothing
          : html`<button class="link" type="button" @click=${() => this.#clear(names)}>
              ${words.clear}
            </button>`
      }
    </form>`;
  }

  #field(field: FilterField) {
    const { kind, name, label } = field;
    const value = this.values[name] ?? "";
    if (kind === "fixed") {
      if (value === "") return nothing;
      return html`<button class="button" type="button" aria-label=${words.without(`${label} ${value}`)} @click=${() => this.#changed({ [name]: "" })}>
        <span class="quiet small">${label}</span> ${value} ${icon(X, 16)}
      </button>`;
    }
    if (kind === "text") {
      return html`<label class="text">
        ${label}
        <input class="field" type="search" autocomplete="off" spellcheck="false" .value=${value} @input=${(event: Event) => this.#typed(name, event)} />
      </label>`;
    }
    return html`<label class="choice">
      ${label}
      <select class="field" @change=${(event: Event) => this.#changed({ [name]: (event.target as HTMLSelectElement).value })}>
        <option value="" .selected=${value === ""}>${words.all}</option>
        ${field.options.map((each) => html`<option value=${each.value} .selected=${each.value === value}>${each.label}</option>`)}
      </select>
    </label>`;
  }

  #typed(name: string, { target }: Event): void {
    const { value } = target as HTMLInputElement;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#changed({ [name]: value.trim() }), AFTER_TYPING_MS);
  }

  #clear(names: readonly string[]): void {
    // Also what was typed just now, and nobody has heard of yet.
    for (const input of this.renderRoot.querySelectorAll("input")) input.value = "";
    this.#changed(Object.fromEntries(names.map((name) => [name, ""])));
  }

  #changed(detail: Record<string, string>): void {
    clearTimeout(this.#typing);
    this.dispatchEvent(new CustomEvent("filter", { detail }));
  }
}

customElements.define("pawl-filters", PawlFilters);
