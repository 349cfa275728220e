import { css, html, LitElement, nothing } from "lit";
import { partLook } from "../../look/part.ts";
import { dialogWords } from "../../words/dialog.ts";

const words = dialogWords.whatsNew;

interface Rendered {
  of: string;
  fragment: Node[];
  isCut: boolean;
}

/** Notes of a release, written by strangers in Markdown. */
export class PawlNotes extends LitElement {
  static override properties = {
    text: { type: String },
    url: { type: String },
    isOpen: { state: true },
    isLong: { state: true },
    nodes: { state: true },
  };
  declare text: string;
  /** Where the whole of it can be read. */
  declare url: string | null;
  declare isOpen: boolean;
  /** It doesn't fit into what is seen at first. */
  declare isLong: boolean;
  /** Null: not rendered yet. */
  declare nodes: Rendered | null;
  #watched: Element | null = null;
  readonly #size = new ResizeObserver(([entry]) => {
    const box = entry?.target;
    if (box?.classList.contains("folded")) this.isLong = box.scrollHeight > box.clientHeight + 1;
  });

  static override styles = [
    partLook,
    css`
      .folded {
        max-height: 240px;
        overflow: hidden;
      }
      .folded.long {
        mask-image: linear-gradient(#000 80%, transparent);
      }
      .notes {
        overflow-wrap: anywhere;
      }
      .notes > * + * {
        margin-top: 8px;
      }
      .notes > :first-child {
        margin-top: 0;
      }
      .notes ul,
      .notes ol {
        padding-left: 20px;
      }
      .notes h4 {
        margin-bottom: 0;
        font-size: 16px;
      }
      .notes blockquote {
        margin-inline: 0;
        margin-bottom: 0;
        padding-left: 12px;
        border-left: 3px solid var(--line);
        color: var(--text-quiet);
      }
      .notes pre,
      .notes table {
        display: block;
        max-width: 100%;
        overflow-x: auto;
        margin-bottom: 0;
      }
      .notes pre,
      .notes :not(pre) > code {
        border-radius: 6px;
        background: var(--surface-2);
        font-family: var(--font-mono);
        font-size: 0.875em;
      }
      .notes pre {
        padding: 8px 12px;
      }
      .notes :not(pre) > code {
        padding: 1px 4px;
      }
      .notes th,
      .notes td {
        padding: 4px 12px 4px 0;
        text-align: left;
      }
      /* Its address was none that may be a link's. */
      .notes a:not([href]) {
        color: inherit;
        text-decoration: none;
      }
      .as-written {
        white-space: pre-wrap;
      }
      .notes hr {
        border: 0;
        border-top: 1px solid var(--line);
      }
    `,
  ];

  constructor() {
    super();
    this.text = "";
    this.url = null;
    this.isOpen = false;
    this.isLong = false;
    this.nodes = null;
  }

  override willUpdate(): void {
    if (this.nodes?.of !== this.text) void this.#read(this.text);
  }

  override render() {
    const { nodes } = this;
    if (nodes === null) return html`<p class="skeleton" aria-hidden="true">…</p>`;
    const isFolded = !this.isOpen;
    const look = isFolded ? (this.isLong ? "folded long" : "folded") : "";
    return html`<div class="notes ${look}" @focusin=${() => (this.isOpen = true)}>${nodes.fragment}</div>
      ${
        this.isLong
          ? html`<button class="link" type="button" aria-expanded=${this.isOpen} @click=${() => (this.isOpen = !this.isOpen)}>
              ${this.isOpen ? words.less : words.more}
            </button>`
          : nothing
      }
      ${nodes.isCut && this.isOpen ? this.#rest() : nothing}`;
  }

  override updated(): void {
    const box = this.renderRoot.querySelector(".notes");
    if (!box || box === this.#watched) return;
    this.#watched = box;
    this.#size.disconnect();
    this.#size.observe(box);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
    this.#watched = null;
  }

  #rest() {
    const link = this.url && html`<a href=${this.url} target="_blank" rel="noopener noreferrer">${words.read}</a>`;
    return html`<p class="quiet small">${words.cut} ${link ?? nothing}</p>`;
  }

  /** What reads Markdown comes when there is some. */
  async #read(text: string): Promise<void> {
    const reads = await import("../../look/markdown.ts").catch(() => null);
    if (text !== this.text || this.nodes?.of === text) return;
    this.nodes =
      reads === null
        ? { of: text, fragment: [asWritten(text)], isCut: false }
        : { of: text, fragment: [...reads.markdown(text).childNodes], isCut: text.length > reads.MOST_CHARACTERS };
  }
}

/** What reads Markdown couldn't be loaded: people can read it, too. */
function asWritten(text: string): Node {
  const paragraph = document.createElement("p");
  paragraph.className = "as-written";
  paragraph.textContent = text;
  return paragraph;
}

customElements.define("pawl-notes", PawlNotes);
