import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { dayFigures, hitShare } from "../data/console-figures.ts";
import { type Figures, type MayAsk, readFigures, readHealth } from "../data/console-reads.ts";
import type { ChartSpec } from "../elements/chart/chart-spec.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-chart.ts";
import { refreshWhileVisible } from "../elements/refreshing.ts";
import { base } from "../look/base.ts";
import { words } from "../words/console.ts";
import { duration, number, percent } from "../words/format.ts";
import {
  clientsChart,
  daysChart,
  durationsChart,
  failuresChart,
  packagesChart,
  targetsChart,
  versionsChart,
} from "./charts.ts";
import type { Here } from "./here.ts";
import { delayOf, insteadOf } from "./loaded.ts";
import { consoleLook } from "./look.ts";
import "./pawl-health.ts";

const { overview } = words;
/** What is happening changes fast; the server counts figures anew once in a while only. */
const REFRESH_MS = { health: 5_000, figures: 60_000 };

/** Is the server well, and what happens on it. */
export class PawlConsoleOverview extends LitElement {
  static override properties = { here: { attribute: false } };
  declare here: Here;

  static override styles = [
    base,
    consoleLook,
    css`
      .charts {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      section.card {
        display: grid;
        align-content: start;
        grid-template-columns: minmax(0, 1fr);
      }
      @media (min-width: 60rem) {
        .charts {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .wide {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  readonly #health = new LastingLoad(
    this,
    ([{ client }, may]: readonly [Here["at"], MayAsk], signal) => readHealth(client, may, signal),
    () => [this.here.at, this.#may],
  );
  readonly #figures = new LastingLoad(
    this,
    ([{ client }, may]: readonly [Here["at"], MayAsk], signal) => readFigures(client, may, signal),
    () => [this.here.at, this.#may],
  );

  #may: MayAsk = { workers: false, clients: false };

  constructor() {
    super();
    refreshWhileVisible(this, [this.#health], REFRESH_MS.health);
    refreshWhileVisible(this, [this.#figures], REFRESH_MS.figures);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("here") as Here | undefined;
    const { at, isSignedIn } = this.here;
    if (changed.has("here") && before?.at !== at) this.#may = { workers: isSignedIn, clients: isSignedIn };
  }

  override render() {
    return html`<h1 class="visually-hidden">${overview.heading}</h1>
      ${insteadOf(this.#health, "overview", this.here) ?? this.#all()}`;
  }

  #all() {
    const { value: sources = null, delay, answeredAt } = this.#health;
    const today = sources?.summary?.builds_24h;
    return html`${delayOf(this.#health, this.#figures)}
      <pawl-health
        .hrefOf=${(page: string) => this.here.router.href(page)}
        .sources=${sources}
        .oldFrom=${delay === null ? null : answeredAt}
      ></pawl-health>
      <div class="head">
        <h2>${overview.last30}</h2>
        ${today === undefined ? nothing : html`<span class="quiet small numbers">${overview.today(number(today), today === 1)}</span>`}
      </div>
      ${insteadOf(this.#figures, "overview", this.here) ?? this.#charts(this.#figures.value ?? null)}`;
  }

  #charts(figures: Figures | null) {
    const of = (make: (figures: Figures) => ChartSpec) => (figures === null ? null : make(figures));
    const { here } = this;
    return html`<div class="charts">
      ${chart(
        overview.days,
        of(({ days }) => daysChart(days)),
        { note: figures ? hitNote(figures) : "", isWide: true },
      )}
      ${chart(
        overview.packages,
        of(({ packages }) => packagesChart(packages)),
      )}
      ${chart(
        overview.targets,
        of(({ targets }) => targetsChart(targets, here)),
      )}
      ${chart(
        overview.failures,
        of(({ failures }) => failuresChart(failures)),
        { empty: overview.noFailures },
      )}
      ${chart(
        overview.durations,
        of(({ durations }) => durationsChart(durations)),
        { note: figures ? durationNote(figures) : "" },
      )}
      ${chart(
        overview.versions,
        of(({ versions }) => versionsChart(versions, here)),
      )}
      ${figures?.clients ? chart(overview.clients, clientsChart(figures.clients)) : nothing}
    </div>`;
  }
}

function chart(title: string, spec: ChartSpec | null, { note = "", empty = "", isWide = false } = {}) {
  return html`<section class="card ${isWide ? "wide" : ""}">
    <h2>${title}</h2>
    ${note === "" ? nothing : html`<p class="quiet small">${note}</p>`}
    <pawl-chart name="${title}. ${note}" .spec=${spec} empty=${empty || overview.noneAsked}></pawl-chart>
  </section>`;
}

function hitNote({ days }: Figures): string {
  const share = hitShare(dayFigures(days.items));
  return share === null ? "" : overview.hitShare(percent(share));
}

function durationNote({ durations: { p50, p90, p99 } }: Figures): string {
  if (p50 === null || p90 === null || p99 === null) return "";
  return overview.percentiles(duration(p50), duration(p90), duration(p99));
}

customElements.define("pawl-console-overview", PawlConsoleOverview);
