import { css, html, LitElement, nothing } from "lit";
import { Check, CircleAlert, CircleHelp, TriangleAlert } from "lucide";
import {
  type HealthLine,
  type HealthPart,
  type HealthSources,
  type HealthTone,
  healthLines,
  worstTone,
} from "../data/console-health.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/console.ts";
import { clockTime } from "../words/format.ts";
import { healthSentence } from "./health-words.ts";

const ICONS = { well: Check, attention: TriangleAlert, trouble: CircleAlert, unknown: CircleHelp } as const;
/** Where there is more of it. */
const PAGES: Readonly<Record<HealthPart, string | null>> = {
  mirror: "catalog",
  queue: "queue",
  workers: "workers",
  store: "store",
  database: null,
};

const NOTHING: HealthSources = {
  ...{ branches: undefined, summary: undefined, queue: undefined, workers: undefined, checks: undefined },
};

/** Is all well, in one line; and each part with its reason. */
export class PawlHealth extends LitElement {
  static override properties = {
    hrefOf: { attribute: false },
    sources: { attribute: false },
    oldFrom: { attribute: false },
  };
  /** The address of a page of the console. */
  declare hrefOf: (page: string) => string;
  declare sources: HealthSources | null;
  /** Nothing newer can be had: when that was answered, in milliseconds since 1970. Null: it is new. */
  declare oldFrom: number | null;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      h2 {
        margin-bottom: 8px;
        font-size: 24px;
      }
      h2 span {
        display: inline-flex;
        align-items: center;
        gap: 10px;
      }
      svg {
        flex: none;
      }
      ul {
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 20px minmax(5.5rem, max-content) minmax(0, 1fr) auto;
        align-items: baseline;
        gap: 0 12px;
        max-width: none;
        padding: 8px 0;
        border-top: 1px solid var(--line);
      }
      li svg {
        align-self: start;
        margin-top: 2px;
      }
      .attention svg,
      .attention strong {
        color: var(--warn);
      }
      .trouble svg,
      .trouble strong {
        color: var(--danger);
      }
      .unknown svg {
        color: var(--text-quiet);
      }
      li p {
        max-width: none;
      }
      li a {
        margin: -10px 0;
        padding: 10px 4px;
      }
      @media (max-width: 44rem) {
        li {
          grid-template-columns: 20px minmax(0, 1fr) auto;
        }
        li p {
          grid-column: 2 / -1;
          grid-row: 2;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.hrefOf = (page) => page;
    this.sources = null;
    this.oldFrom = null;
  }

  override render() {
    const lines = healthLines(this.sources ?? NOTHING, Date.now());
    const worst = this.sources === null || this.oldFrom !== null ? "unknown" : worstTone(lines);
    return html`<section class="card">
      <h2 class=${worst}><span role="status">${icon(ICONS[worst], 24)} ${this.#headline(worst, lines)}</span></h2>
      <ul>
        ${lines.map((line) => this.#line(line))}
      </ul>
    </section>`;
  }

  #headline(worst: HealthTone, lines: readonly HealthLine[]): string {
    if (this.oldFrom !== null) return words.health.old(clockTime(this.oldFrom));
    const isPartly = worst === "well" && lines.some(({ reason }) => reason === "not-told");
    return isPartly ? words.health.partlyWell : words.health.heading[worst];
  }

  #line(line: HealthLine) {
    const { part, tone } = line;
    const page = PAGES[part];
    return html`<li class=${tone}>
      ${icon(ICONS[tone])}
      <strong>${words.health.part[part]}<span class="visually-hidden">: ${words.health.tone[tone]}.</span></strong>
      <p>${healthSentence(line)}</p>
      ${page === null ? nothing : html`<a class="small" href=${this.hrefOf(page)}>${words.health.show[part]}</a>`}
    </li>`;
  }
}

customElements.define("pawl-health", PawlHealth);
