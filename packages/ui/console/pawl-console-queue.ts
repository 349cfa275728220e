import { html, LitElement, nothing } from "lit";
import { isClosed } from "../data/console-session.ts";
import { changedPlace, listPlaceOf, listQuery } from "../data/list-place.ts";
import { answerOf, type ServerSchemas } from "../data/server.ts";
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
import { number } from "../words/format.ts";
import { go, type Here } from "./here.ts";
import { delayOf, insteadOf } from "./loaded.ts";
import { consoleLook } from "./look.ts";

type Waiting = ServerSchemas["Queue"]["items"][number];

const REFRESH_MS = 5_000;
const FIELDS: readonly FilterField[] = [{ kind: "text", name: "query", label: words.queue.search }];

/** What waits, by target, and why. */
export class PawlConsoleQueue extends LitElement {
  static override properties = { here: { attribute: false } };
  declare here: Here;

  static override styles = [base, consoleLook];

  readonly #queue = new LastingLoad(
    this,
    ([{ client }]: readonly [Here["at"]], signal) => answerOf(client.GET("/api/v2/queue", { signal })),
    () => (isClosed("queue", this.here.isSignedIn) ? null : [this.here.at]),
  );

  constructor() {
    super();
    refreshWhileVisible(this, [this.#queue], REFRESH_MS);
  }

  override render() {
    const place = listPlaceOf(this.here.place.query, ["query"]);
    const change = (what: Parameters<typeof changedPlace>[1]) => go(this.here, listQuery(changedPlace(place, what)));
    const queue = this.#queue.value;
    const { query = "" } = place.filters;
    const rows =
      queue && rowsWith(queue.items, query, ({ target, distribution, why }) => [target, distribution, why].join(" "));
    const { router } = this.here;
    return html`<div class="head">
        <h1>${words.queue.heading}</h1>
        ${queue === undefined ? nothing : html`<span class="quiet numbers" role="status">${counted(queue)}</span>`}
      </div>
      ${delayOf(this.#queue)}
      ${
        insteadOf(this.#queue, "queue", this.here) ??
        html`<pawl-filters .fields=${FIELDS} .values=${place.filters} @filter=${({ detail }: CustomEvent) => change({ filters: detail })}></pawl-filters>
          <div class="card flush">
            <pawl-table
              name=${words.queue.heading}
              .columns=${COLUMNS}
              .rows=${rows ?? null}
              sort=${place.sort}
              .hrefOf=${({ target, distribution }: Waiting) => router.href("builds", { state: "queued", target, distribution, sort: "oldest" })}
              empty=${queue?.items.length === 0 ? words.queue.none : ""}
              @sort=${({ detail }: CustomEvent<string>) => change({ sort: detail })}
            ></pawl-table>
          </div>
          <pawl-pager .total=${rows?.length}></pawl-pager>`
      }`;
  }
}

const COLUMNS: readonly Column<Waiting>[] = [
  { key: "target", title: words.queue.target, cell: ({ target }) => target, by: ({ target }) => target },
  {
    key: "waiting",
    title: words.queue.waits,
    cell: ({ waiting }) => number(waiting),
    by: ({ waiting }) => waiting,
    begins: "down",
    isNumber: true,
  },
  {
    key: "retrying",
    title: words.queue.retrying,
    cell: ({ retrying }) => number(retrying),
    by: ({ retrying }) => retrying,
    begins: "down",
    isNumber: true,
    isMinor: true,
  },
  {
    key: "running",
    title: words.queue.runs,
    cell: ({ running }) => number(running),
    by: ({ running }) => running,
    begins: "down",
    isNumber: true,
  },
  {
    key: "workers",
    title: words.queue.workers,
    cell: ({ workers }) => number(workers),
    by: ({ workers }) => workers,
    isNumber: true,
  },
  {
    key: "oldest",
    title: words.queue.oldest,
    cell: ({ oldest_at }) => timeAgo(oldest_at),
    by: ({ oldest_at }) => oldest_at,
  },
  {
    key: "why",
    title: words.queue.why,
    cell: ({ why, workers }) => html`<span class=${workers === 0 ? "danger" : ""}>${why}</span>`,
  },
];

function counted({ waiting, running }: Pick<ServerSchemas["Queue"], "waiting" | "running">): string {
  const { queue } = words;
  return `${queue.waiting(number(waiting), waiting === 1)} · ${queue.running(number(running), running === 1)}`;
}

customElements.define("pawl-console-queue", PawlConsoleQueue);
