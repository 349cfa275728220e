import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { base } from "../look/base.ts";
import { words } from "../words/table.ts";
import type { ChartSpec } from "./chart/chart-spec.ts";
import { chartColors } from "./chart/colors.ts";
import type { DrawnChart } from "./chart/draw-chart.ts";
import { tableLook } from "./table/look.ts";

/** How high each bar of those that lie is with what is around it, in pixels; more where its name takes lines. */
const BAR_PX = { wide: 34, narrow: 54 };
/** Below that, names that are more than a word take lines, in pixels. */
const NARROW_PX = 480;

/** Figures as a chart, and as a table for everybody. What draws is loaded when there is something to draw. */
export class PawlChart extends LitElement {
  static override properties = {
    name: { type: String },
    spec: { attribute: false },
    empty: { type: String },
    isUndrawn: { state: true },
  };
  /** What it shows, as a sentence, for those who don't see it. */
  declare name: string;
  /** Null: the figures aren't there yet. */
  declare spec: ChartSpec | null;
  declare empty: string;
  /** What draws can't be loaded: the figures stand alone. */
  declare isUndrawn: boolean;
  #drawn: DrawnChart | null = null;
  /** As text, so that figures that are the same aren't drawn again. */
  #figures = "";
  readonly #scheme = matchMedia("(prefers-color-scheme: dark)");

  static override styles = [
    base,
    tableLook,
    css`
      :host {
        display: block;
      }
      .canvas {
        position: relative;
        height: 15rem;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        padding: 0;
        list-style: none;
      }
      .legend li {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .swatch {
        width: 12px;
        height: 12px;
        border-radius: 3px;
      }
      .accent {
        background: var(--accent);
      }
      .quiet-swatch {
        background: var(--line-strong);
      }
      .danger-swatch {
        background: var(--danger);
      }
      .warn-swatch {
        background: var(--warn);
      }
      .ok-swatch {
        background: var(--ok);
      }
      .figures {
        max-height: 20rem;
        overflow: auto;
      }
      .figures th,
      .figures td {
        padding-block: 6px;
      }
      details {
        margin-top: 4px;
      }
      summary {
        color: var(--text-quiet);
        font-size: 14px;
      }
      .skeleton,
      .empty {
        display: grid;
        place-content: center;
        max-width: none;
        height: 9rem;
      }
      @media (max-width: 44rem) {
        .figures table {
          display: table;
        }
        .figures tbody {
          display: table-row-group;
        }
        .figures tbody tr {
          display: table-row;
        }
        .figures tbody th,
        .figures tbody td {
          display: table-cell;
          padding: 6px 8px;
          border-bottom: 1px solid var(--line);
        }
        .figures tbody td {
          text-align: right;
        }
        .figures thead {
          position: static;
          display: table-header-group;
          clip-path: none;
        }
        .figures thead th {
          padding-inline: 8px;
          white-space: normal;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.name = "";
    this.spec = null;
    this.empty = "";
    this.isUndrawn = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme.addEventListener("change", this.#redraw);
    if (this.hasUpdated) this.#redraw();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scheme.removeEventListener("change", this.#redraw);
    this.#forget();
  }

  override render() {
    const { spec } = this;
    if (spec === null) return html`<div class="skeleton">${words.loading}</div>`;
    if (isEmpty(spec)) return html`<p class="empty quiet">${this.empty || words.none}</p>`;
    const isNarrow = this.clientWidth < NARROW_PX && spec.labels.some((label) => label.includes(" "));
    const barPx = isNarrow ? BAR_PX.narrow : BAR_PX.wide;
    const height = spec.kind === "bars" ? `height: ${spec.labels.length * barPx + 40}px` : "";
    const isLegend = spec.series.length > 1 && !this.isUndrawn;
    return html`${isLegend ? this.#legend(spec) : nothing}
      <div class="canvas" .style=${height} ?hidden=${this.isUndrawn}><canvas role="img" aria-label=${this.name}></canvas></div>
      ${this.isUndrawn ? html`<p class="quiet small">${words.undrawn}</p>` : nothing}
      <details ?open=${this.isUndrawn}>
        <summary>${words.figures}</summary>
        <div class="figures" tabindex="0" role="region" aria-label=${this.name}>${this.#table(spec)}</div>
      </details>`;
  }

  #legend({ series }: ChartSpec) {
    return html`<ul class="legend small" aria-hidden="true">
      ${series.map(
        ({ label, tone }) => html`<li>
          <span class="swatch ${tone === "accent" ? tone : `${tone}-swatch`}"></span>${label}
        </li>`,
      )}
    </ul>`;
  }

  #table({ labelTitle, labels, hrefs, series, format, more = [] }: ChartSpec) {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${labelTitle}</th>
          ${[...series, ...more].map(({ label }) => html`<th class="number" scope="col">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${labels.map((label, i) => {
          const href = hrefs?.[i];
          return html`<tr>
            <th scope="row">${href ? html`<a href=${href}>${label}</a>` : label}</th>
            ${series.map(({ values }) => html`<td class="number">${format(values[i] ?? 0)}</td>`)}
            ${more.map(({ values }) => html`<td class="number">${values[i] ?? ""}</td>`)}
          </tr>`;
        })}
      </tbody>
    </table>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("spec")) return;
    const { spec } = this;
    const figures = spec === null ? "" : JSON.stringify([spec.labels, spec.series]);
    if (figures === this.#figures) return;
    this.#figures = figures;
    this.#redraw();
  }

  #forget(): void {
    this.#drawn?.destroy();
    this.#drawn = null;
  }

  readonly #redraw = async () => {
    const { spec } = this;
    const figures = this.#figures;
    this.#forget();
    if (spec === null || isEmpty(spec)) return;
    const draws = await import("./chart/draw-chart.ts").catch(() => null);
    this.isUndrawn = draws === null;
    const canvas = this.renderRoot.querySelector("canvas");
    // In the meantime it may have gone, or others have come.
    if (!draws || !canvas || !this.isConnected || this.#figures !== figures) return;
    this.#forget();
    this.#drawn = draws.drawChart(canvas, spec, chartColors(this), getComputedStyle(this).fontFamily);
  };
}

const isEmpty = ({ series }: ChartSpec) => series.every(({ values }) => values.every((value) => value === 0));

customElements.define("pawl-chart", PawlChart);
