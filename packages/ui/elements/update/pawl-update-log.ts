import { css, html, LitElement, nothing } from "lit";
import { dialogWords } from "../../words/dialog.ts";
import "../pawl-log.ts";
import { partLook } from "../../look/part.ts";
import { LogLines, type UpdateLine } from "./log-lines.ts";

const words = dialogWords.log;

/** An update's log, folded. */
export class PawlUpdateLog extends LitElement {
  static override properties = {
    lines: { attribute: false },
    isOpen: { type: Boolean },
    isLoading: { type: Boolean },
    following: { type: Boolean },
    atError: { type: Boolean },
  };
  declare lines: readonly UpdateLine[];
  declare isOpen: boolean;
  declare isLoading: boolean;
  /** More may come. */
  declare following: boolean;
  /** It is opened for what went wrong: that is in view, rather than the end. */
  declare atError: boolean;
  readonly #view = new LogLines();

  static override styles = [
    partLook,
    css`
      pawl-log {
        --log-height: min(320px, 40dvh);
      }
    `,
  ];

  constructor() {
    super();
    this.lines = [];
    this.isOpen = false;
    this.isLoading = false;
    this.following = false;
    this.atError = false;
  }

  override render() {
    return html`<details ?open=${this.isOpen} @toggle=${this.#toggled}>
      <summary>${words.title}</summary>
      ${this.isOpen ? this.#lines() : nothing}
    </details>`;
  }

  #lines() {
    const lines = this.#view.from(this.lines);
    const error = this.atError ? lines.find(({ tone }) => tone === "error") : undefined;
    return html`<pawl-log
      .lines=${lines}
      .line=${error?.number ?? null}
      .following=${this.following}
      .isLoading=${this.isLoading}
      .name=${words.region}
    ></pawl-log>`;
  }

  readonly #toggled = (event: Event) => {
    this.isOpen = (event.target as HTMLDetailsElement).open;
  };
}

customElements.define("pawl-update-log", PawlUpdateLog);
