import { html, LitElement, nothing } from "lit";
import { isClosed } from "../data/console-session.ts";
import { changedPlace, listPlaceOf, listQuery } from "../data/list-place.ts";
import { ApiFailure, answerOf, type ServerSchemas, serverClient } from "../data/server.ts";
import { rowsWith } from "../data/table-sort.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-table.ts";
import { refreshWhileVisible } from "../elements/refreshing.ts";
import type { Column } from "../elements/table/column.ts";
import "../elements/table/pawl-filters.ts";
import type { FilterField } from "../elements/table/pawl-filters.ts";
import "../elements/table/pawl-pager.ts";
import { base } from "../look/base.ts";
import { timeAgo } from "../look/time-ago.ts";
import { words } from "../words/console.ts";
import { duration, number, relativeTime, size, sizeOf } from "../words/format.ts";
import { go, type Here } from "./here.ts";
import { delayOf, insteadOf } from "./loaded.ts";
import { consoleLook } from "./look.ts";

type Report = ServerSchemas["GcReport"];
type Going = Report["listed"][number];

const { store } = words;
const REFRESH_MS = 30_000;
/** The server is at it for a minute at most, in milliseconds, with some more for the way. */
const ANSWERS_WITHIN_MS = 75_000;
const FIELDS: readonly FilterField[] = [{ kind: "text", name: "query", label: words.builds.search }];

/** What is kept, what went last since it isn't kept any longer, and what would go now. */
export class PawlConsoleStore extends LitElement {
  static override properties = {
    here: { attribute: false },
    asking: { state: true },
    answer: { state: true },
    trouble: { state: true },
  };
  declare here: Here;
  declare asking: "look" | "collect" | null;
  /** What somebody has just asked for, in place of what went last. */
  declare answer: Report | null;
  declare trouble: string;

  static override styles = [base, consoleLook];

  readonly #load = new LastingLoad(
    this,
    async ([{ client }]: readonly [Here["at"]], signal) => {
      const [summary, collected] = await Promise.all([
        answerOf(client.GET("/api/v2/stats/summary", { signal })),
        answerOf(client.GET("/api/v2/gc", { signal })),
      ]);
      return { summary, collected };
    },
    () => (isClosed("store", this.here.isSignedIn) ? null : [this.here.at]),
  );

  constructor() {
    super();
    this.asking = null;
    this.answer = null;
    this.trouble = "";
    refreshWhileVisible(this, [this.#load], REFRESH_MS);
  }

  override render() {
    return html`<h1>${store.heading}</h1>
      ${delayOf(this.#load)} ${insteadOf(this.#load, "store", this.here) ?? this.#all()}`;
  }

  #all() {
    const { value } = this.#load;
    const report = this.answer ?? value?.collected.last?.report ?? null;
    const title = this.answer === null ? store.wentLast : this.answer.dry_run ? store.wouldGo : store.gone;
    return html`<section class="card stack">
        ${value === undefined ? html`<p><span class="skeleton">${store.signedOut}</span></p>` : this.#state(value)}
        <div class="buttons">
          ${this.#button("look", store.look, store.looking)} ${this.#button("collect", store.collect, store.removing)}
        </div>
        <p class="quiet small">${store.collectHint}</p>
        ${this.trouble === "" ? nothing : html`<p class="danger" role="alert">${store.refused} ${this.trouble}</p>`}
      </section>
      <h2>${title}</h2>
      ${report === null ? nothing : html`<div role="status">${sums(report)}</div>`}
      ${this.#table(value === undefined ? null : (report?.listed ?? []))}`;
  }

  #state({ summary, collected }: { summary: ServerSchemas["StatsSummary"]; collected: ServerSchemas["LastGcRun"] }) {
    const { last, every_seconds } = collected;
    return html`<p>${store.kept(sizeOf(summary.store.bytes, summary.store.budget))}</p>
      <p>
        ${store.every(duration(every_seconds))}
        ${last?.trouble ? html`<span class="warn">${said(last)}</span>` : said(last)}
      </p>`;
  }

  #button(act: "look" | "collect", label: string, doing: string) {
    return html`<button class="button" type="button" aria-disabled=${this.asking !== null} @click=${() => this.#ask(act)}>
      ${this.asking === act ? doing : label}
    </button>`;
  }

  #table(listed: readonly Going[] | null) {
    const place = listPlaceOf(this.here.place.query, ["query"]);
    const change = (what: Parameters<typeof changedPlace>[1]) => go(this.here, listQuery(changedPlace(place, what)));
    const rows = listed && rowsWith(listed, place.filters.query ?? "", ({ build, about }) => `${build} ${about}`);
    return html`${
      listed?.length === 0
        ? nothing
        : html`<pawl-filters .fields=${FIELDS} .values=${place.filters} @filter=${({ detail }: CustomEvent) => change({ filters: detail })}></pawl-filters>`
    }
      <div class="card flush">
        <pawl-table
          name=${store.heading}
          .columns=${COLUMNS}
          .rows=${rows}
          sort=${place.sort}
          .hrefOf=${({ build }: Going) => (this.answer?.dry_run ? this.here.router.href(`builds/${build}`) : null)}
          empty=${store.nothing}
          @sort=${({ detail }: CustomEvent<string>) => change({ sort: detail })}
        ></pawl-table>
      </div>
      <pawl-pager .total=${rows?.length}></pawl-pager>`;
  }

  async #ask(act: "look" | "collect"): Promise<void> {
    if (this.asking !== null) return;
    this.asking = act;
    this.trouble = "";
    try {
      const client = serverClient({ ...this.here.at.options, timeout: ANSWERS_WITHIN_MS });
      this.answer = await answerOf(client.POST("/api/v2/gc", { body: { dry_run: act === "look" } }));
      if (act === "collect") this.#load.again();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    } finally {
      this.asking = null;
    }
  }
}

const COLUMNS: readonly Column<Going>[] = [
  {
    key: "build",
    title: store.build,
    cell: ({ about, build }) => about ?? html`<span class="mono">${build.slice(0, 12)}…</span>`,
    by: ({ about }) => about,
  },
  { key: "reason", title: store.reason, cell: ({ reason }) => store.reasons[reason], by: ({ reason }) => reason },
  {
    key: "size",
    title: store.size,
    cell: ({ bytes }) => size(bytes),
    by: ({ bytes }) => bytes,
    begins: "down",
    isNumber: true,
  },
  {
    key: "used",
    title: store.used,
    cell: ({ used_at }) => (used_at === null ? "–" : timeAgo(used_at)),
    by: ({ used_at }) => used_at,
    begins: "down",
  },
];

/** When it was done last, and how that ended. */
function said(last: ServerSchemas["LastGcRun"]["last"]): string {
  if (last === null) return store.never;
  const { began_at, ended_at, trouble } = last;
  if (trouble !== null) return store.failed(relativeTime(began_at), trouble);
  return ended_at === null ? store.collecting(relativeTime(began_at)) : store.collected(relativeTime(ended_at));
}

function sums({ busy, whole, removed, listed, evicted, failed }: Report) {
  if (busy) return html`<p class="warn">${store.busy}</p>`;
  const isLonger = removed.reduce((sum, { count }) => sum + count, 0) > listed.length;
  return html`${removed.map(
    ({ reason, count, bytes }) =>
      html`<p>${store.sum(number(count), count === 1, size(bytes))}: ${store.reasons[reason]}</p>`,
  )}
    ${evicted.count === 0 ? nothing : html`<p>${store.evicted(number(evicted.count), evicted.count === 1, size(evicted.bytes))}</p>`}
    ${failed === 0 ? nothing : html`<p class="warn">${store.notRemoved(number(failed))}</p>`}
    ${isLonger && listed.length > 0 ? html`<p class="quiet small">${store.first(number(listed.length))}</p>` : nothing}
    ${whole ? nothing : html`<p class="warn">${store.partly}</p>`}`;
}

customElements.define("pawl-console-store", PawlConsoleStore);
