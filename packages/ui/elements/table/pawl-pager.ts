import { css, html, LitElement, nothing } from "lit";
import { ChevronRight, ChevronsLeft } from "lucide";
import { base } from "../../look/base.ts";
import { icon } from "../../look/icon.ts";
import { number } from "../../words/format.ts";
import { words } from "../../words/table.ts";

/** More are there than the server counts. */
const MOST_COUNTED = 10_000;

/** Below a table that comes page by page: how much there is, and links to the first page and the next one. */
export class PawlPager extends LitElement {
  static override properties = {
    total: { attribute: false },
    firstHref: { attribute: false },
    nextHref: { attribute: false },
  };
  /** Undefined: not known yet, as others are on their way. Null: more than are counted. */
  declare total: number | null | undefined;
  /** Null: this is the first page. */
  declare firstHref: string | null;
  /** Null: nothing comes after this one. */
  declare nextHref: string | null;

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 4px 16px;
        min-height: 44px;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 16px;
      }
    `,
  ];

  constructor() {
    super();
    this.total = undefined;
    this.firstHref = null;
    this.nextHref = null;
  }

  override render() {
    const { total, firstHref, nextHref } = this;
    const count = total ?? MOST_COUNTED;
    return html`<span class="quiet small numbers" role="status">
        ${total === undefined ? words.loading : words.total(number(count), count === 1, total === null)}
      </span>
      ${
        firstHref === null && nextHref === null
          ? nothing
          : html`<nav aria-label=${words.pages}>
              ${firstHref === null ? nothing : html`<a class="link" href=${firstHref}>${icon(ChevronsLeft)} ${words.first}</a>`}
              ${nextHref === null ? nothing : html`<a class="link" href=${nextHref}>${words.next} ${icon(ChevronRight)}</a>`}
            </nav>`
      }`;
  }
}

customElements.define("pawl-pager", PawlPager);
