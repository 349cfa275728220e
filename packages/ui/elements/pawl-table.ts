import { css, html, LitElement, nothing } from "lit";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide";
import { nextSort, orderOf, sortedRows } from "../data/table-sort.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { stateLook } from "../look/state.ts";
import { words } from "../words/table.ts";
import type { Column } from "./table/column.ts";
import { tableLook } from "./table/look.ts";

/** So many rows stand in for those that aren't read yet. */
const SKELETON_ROWS = 6;

/** Rows under a head that stays in view; on a phone each row is a card. `sort` has the order that somebody has chosen. */
export class PawlTable<Row = unknown> extends LitElement {
  static override properties = {
    name: { type: String },
    columns: { attribute: false },
    rows: { attribute: false },
    sort: { type: String },
    hrefOf: { attribute: false },
    empty: { type: String },
    emptyHint: { type: String },
  };
  /** What it is a table of, for those who don't see it. */
  declare name: string;
  declare columns: readonly Column<Row>[];
  /** Null: they aren't read yet. */
  declare rows: readonly Row[] | null;
  declare sort: string;
  /** The address of what a row is about. */
  declare hrefOf: ((row: Row) => string | null) | null;
  declare empty: string;
  declare emptyHint: string;

  static override styles = [
    base,
    stateLook,
    tableLook,
    css`
      :host {
        display: block;
      }
    `,
  ];

  constructor() {
    super();
    this.name = "";
    this.columns = [];
    this.rows = null;
    this.sort = "";
    this.hrefOf = null;
    this.empty = "";
    this.emptyHint = "";
  }

  override render() {
    const rows = this.rows === null ? null : sortedRows(this.rows, this.columns, this.sort);
    if (rows?.length === 0) {
      return html`<div class="empty">
        <p><strong>${this.empty || words.none}</strong></p>
        ${this.emptyHint === "" ? nothing : html`<p class="quiet">${this.emptyHint}</p>`}
        <slot name="empty"></slot>
      </div>`;
    }
    // Shown as cards a table is none any more, unless it is said.
    return html`<table role="table" aria-label=${this.name} aria-busy=${rows === null}>
      <thead role="rowgroup">
        <tr role="row">
          ${this.columns.map((column) => this.#head(column))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rows === null ? this.#skeleton() : rows.map((row) => this.#row(row))}
      </tbody>
    </table>`;
  }

  #head(column: Column<Row>) {
    const { title } = column;
    const order = orderOf(column, this.sort);
    return html`<th
      role="columnheader"
      scope="col"
      class=${classOf(column)}
      aria-sort=${order ?? nothing}
    >
      ${
        order === null
          ? title
          : html`<button type="button" title=${words.sortBy(title)} @click=${() => this.#sortBy(column)}>
              ${title} ${icon(ARROWS[order], 16)}
            </button>`
      }
    </th>`;
  }

  #row(row: Row) {
    const href = this.hrefOf?.(row) ?? null;
    return html`<tr role="row" class=${href === null ? "" : "leads"}>
      ${this.columns.map((column, i) => {
        const shown = column.cell(row);
        if (i > 0)
          return html`<td role="cell" class="${classOf(column)} ${shown === nothing ? "nothing" : ""}" data-title=${column.title}><div>${shown}</div></td>`;
        return html`<th role="rowheader" scope="row" class=${classOf(column)}>
          ${href === null ? shown : html`<a class="main" href=${href}>${shown}</a>`}
        </th>`;
      })}
    </tr>`;
  }

  #skeleton() {
    return Array.from(
      { length: SKELETON_ROWS },
      (_, row) => html`<tr role="row" class="waits">
        ${this.columns.map(
          (column) => html`<td role="cell" class=${classOf(column)}>
            <span class="skeleton">${row === 0 ? words.loading : "…………"}</span>
          </td>`,
        )}
      </tr>`,
    );
  }

  #sortBy(column: Column<Row>): void {
    this.dispatchEvent(new CustomEvent<string>("sort", { detail: nextSort(column, this.sort) }));
  }
}

const ARROWS = { ascending: ArrowUp, descending: ArrowDown, none: ChevronsUpDown } as const;

const classOf = ({ isNumber, isMinor }: Column<never>) => `${isNumber ? "number" : ""} ${isMinor ? "minor" : ""}`;

customElements.define("pawl-table", PawlTable);
