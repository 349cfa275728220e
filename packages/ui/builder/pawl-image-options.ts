import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { live } from "lit/directives/live.js";
import { FILESYSTEMS, type Filesystem } from "../data/image-choices.ts";
import {
  type ImageOptions,
  lengthOf,
  type OptionLimits,
  type OptionTrouble,
  writtenSize,
} from "../data/image-options.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { list, number } from "../words/format.ts";

/** The third part, folded: what few people need. `options` has all of them in its detail after each change. */
export class PawlImageOptions extends LitElement {
  static override properties = {
    options: { attribute: false },
    filesystems: { attribute: false },
    limits: { attribute: false },
    trouble: { attribute: false },
    isOpen: { state: true },
  };
  declare options: ImageOptions;
  /** That upstream builds for the device; empty: not known. */
  declare filesystems: readonly string[];
  /** Null: the server hasn't said yet. */
  declare limits: OptionLimits | null;
  declare trouble: OptionTrouble | null;
  declare isOpen: boolean;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .card {
        padding: 0 16px;
      }
      .card[open] {
        padding-bottom: 16px;
      }
      summary h2 {
        display: inline;
      }
      .fields {
        display: grid;
        gap: 20px;
        padding-top: 8px;
      }
      .one {
        display: grid;
        gap: 4px;
        justify-items: start;
      }
      label {
        font-weight: 550;
      }
      textarea.field {
        width: 100%;
        min-height: 9rem;
        resize: vertical;
      }
      input.field {
        width: 8rem;
      }
    `,
  ];

  constructor() {
    super();
    this.isOpen = false;
  }

  /** What is wrong isn't folded away; what somebody mends stays open. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("trouble") && this.trouble !== null) this.isOpen = true;
  }

  override render() {
    const toggled = ({ currentTarget }: Event) => (this.isOpen = (currentTarget as HTMLDetailsElement).open);
    return html`<details class="card" .open=${live(this.isOpen)} @toggle=${toggled}>
      <summary>
        <h2>${words.options.heading}</h2>
        <span class="quiet">${this.#summary()}</span>
      </summary>
      <div class="fields">${this.#filesystem()} ${this.#rootfs()} ${this.#script()}</div>
    </details>`;
  }

  #summary(): string {
    const { filesystem, rootfsSizeMb, script } = this.options;
    const chosen = [
      ...(filesystem === null ? [] : [filesystem]),
      ...(rootfsSizeMb === null ? [] : [`${number(rootfsSizeMb)} ${words.options.rootfsUnit}`]),
      ...(script.trim() === "" ? [] : [words.options.script]),
    ];
    return chosen.length === 0 ? words.options.none : list(chosen);
  }

  #filesystem() {
    const { filesystem } = this.options;
    const known = FILESYSTEMS.filter((name) => this.filesystems.includes(name) || name === filesystem);
    const names = known.length > (filesystem === null ? 0 : 1) ? known : FILESYSTEMS;
    const change = (event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      this.#change({ filesystem: (value || null) as Filesystem | null });
    };
    return html`<div class="one">
      <label for="filesystem">${words.options.filesystem}</label>
      <select id="filesystem" class="field" aria-describedby="filesystem-hint" @change=${change}>
        <option value="" .selected=${filesystem === null}>${words.options.anyFilesystem}</option>
        ${names.map((name) => html`<option value=${name} .selected=${name === filesystem}>${name}</option>`)}
      </select>
      <p id="filesystem-hint" class="quiet small">${words.options.filesystemHint}</p>
    </div>`;
  }

  #rootfs() {
    const { rootfsSizeMb } = this.options;
    const most = this.limits && `${number(this.limits.rootfsSizeMb)} ${words.options.rootfsUnit}`;
    const isWrong = this.trouble === "rootfs";
    const change = (event: Event) => {
      const { value, validity } = event.target as HTMLInputElement;
      this.#change({ rootfsSizeMb: validity.badInput ? 0 : writtenSize(value) });
      // What was left of it stands there, also where that is what stood there before.
      this.requestUpdate();
    };
    return html`<div class="one">
      <label for="rootfs">${words.options.rootfs}</label>
      <span
        ><input
          id="rootfs"
          class="field numbers"
          type="number"
          min="1"
          max=${this.limits?.rootfsSizeMb ?? nothing}
          inputmode="numeric"
          aria-describedby="rootfs-hint"
          aria-invalid=${isWrong}
          .value=${live(rootfsSizeMb === null ? "" : String(rootfsSizeMb))}
          @change=${change}
        />
        ${words.options.rootfsUnit}</span
      >
      <p id="rootfs-hint" class="small ${isWrong ? "danger" : "quiet"}">
        ${isWrong ? words.options.rootfsWrong(most) : words.options.rootfsHint(most)}
      </p>
    </div>`;
  }

  #script() {
    const { script } = this.options;
    const isOff = this.limits?.allowScript === false;
    const most = this.limits?.scriptLength ?? 0;
    const isLong = this.trouble === "script";
    const length = words.options.scriptLength(number(lengthOf(script)), number(most));
    return html`<div class="one">
      <label for="script">${words.options.script}</label>
      <textarea
        id="script"
        class="field mono"
        spellcheck="false"
        autocapitalize="off"
        autocomplete="off"
        aria-describedby="script-hint"
        aria-invalid=${isLong}
        ?disabled=${isOff && script === ""}
        placeholder=${words.options.scriptSample}
        .value=${script}
        @input=${(event: Event) => this.#change({ script: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      <p id="script-hint" class="quiet small">
        ${isOff ? words.options.scriptOff : words.options.scriptHint}
        ${script === "" ? nothing : html`<span class="numbers">${length}</span>`}
      </p>
      ${isLong ? html`<p class="danger small">${words.options.scriptTooLong(number(most))}</p>` : nothing}
    </div>`;
  }

  #change(change: Partial<ImageOptions>): void {
    this.dispatchEvent(new CustomEvent<ImageOptions>("options", { detail: { ...this.options, ...change } }));
  }
}

customElements.define("pawl-image-options", PawlImageOptions);
