import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { base } from "../look/base.ts";
import { deviceWords } from "../words/device.ts";

const words = deviceWords.settings.window;

/** Offered first to whoever wants a window. */
const NIGHT = { from: "02:00", to: "05:00" };

/** A window such as `02:00-05:00`, or none. `change`: the chosen one as text; empty: at any time. */
export class PawlWindowField extends LitElement {
  static override properties = {
    value: { attribute: false },
    isDisabled: { attribute: false },
    isWindow: { state: true },
    from: { state: true },
    to: { state: true },
  };
  /** Null: at any time. */
  declare value: string | null;
  declare isDisabled: boolean;
  declare isWindow: boolean;
  declare from: string;
  declare to: string;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      fieldset {
        display: grid;
        gap: 4px;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
        cursor: pointer;
      }
      .times {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
      }
    `,
  ];

  constructor() {
    super();
    this.value = null;
    this.isDisabled = false;
    this.isWindow = false;
    this.from = NIGHT.from;
    this.to = NIGHT.to;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("value")) return;
    const [from = NIGHT.from, to = NIGHT.to] = this.value?.split("-") ?? [];
    this.isWindow = this.value !== null;
    this.from = from;
    this.to = to;
  }

  override render() {
    return html`<fieldset ?disabled=${this.isDisabled}>
      <legend class="visually-hidden">${words.title}</legend>
      ${this.#radio(words.anyTime, !this.isWindow, this.#anyTime)}
      ${this.#radio(words.between, this.isWindow, () => (this.isWindow = true))}
      ${this.isWindow ? this.#times() : nothing}
    </fieldset>`;
  }

  #radio(label: string, isChosen: boolean, choose: () => void) {
    return html`<label>
      <input type="radio" name="when" .checked=${isChosen} @change=${choose} /> ${label}
    </label>`;
  }

  #times() {
    const isSame = this.from === this.to;
    const isNew = `${this.from}-${this.to}` !== this.value;
    return html`<div class="times">
        ${this.#time(words.from, this.from, (time) => (this.from = time))} <span>${words.and}</span>
        ${this.#time(words.to, this.to, (time) => (this.to = time))}
        ${isNew && !isSame ? html`<button class="button" type="button" @click=${this.#save}>${words.save}</button>` : nothing}
      </div>
      ${isSame ? html`<p class="small danger" role="alert">${words.same}.</p>` : nothing}`;
  }

  #time(label: string, value: string, set: (time: string) => void) {
    const change = ({ target }: Event) => {
      const { value: time } = target as HTMLInputElement;
      if (/^\d\d:\d\d$/.test(time)) set(time);
    };
    return html`<input class="field numbers" type="time" required aria-label=${label} .value=${value} @change=${change} />`;
  }

  readonly #anyTime = () => {
    this.isWindow = false;
    if (this.value !== null) this.#tell("");
  };

  readonly #save = () => {
    // The button goes, and the focus with it.
    this.renderRoot.querySelector<HTMLElement>("input[type=time]")?.focus();
    this.#tell(`${this.from}-${this.to}`);
  };

  #tell(window: string): void {
    this.dispatchEvent(new CustomEvent("change", { detail: window }));
  }
}

customElements.define("pawl-window-field", PawlWindowField);
