import { html, LitElement } from "lit";
import { Check, CircleAlert, CircleSlash, Clock, LoaderCircle } from "lucide";
import { isClosed } from "../data/console-session.ts";
import { changedPlace, listPlaceOf, listQuery } from "../data/list-place.ts";
import { answerOf, type ServerSchemas } from "../data/server.ts";
import { rowsWith } from "../data/table-sort.ts";
import { type WorkerState, workerState } from "../data/worker-state.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-table.ts";
import { refreshWhileVisible } from "../elements/refreshing.ts";
import type { Column } from "../elements/table/column.ts";
import "../elements/table/pawl-filters.ts";
import type { FilterField } from "../elements/table/pawl-filters.ts";
import "../elements/table/pawl-pager.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { timeAgo } from "../look/time-ago.ts";
import { words } from "../words/console.ts";
import { number } from "../words/format.ts";
import { go, type Here } from "./here.ts";
import { delayOf, insteadOf } from "./loaded.ts";
import { consoleLook } from "./look.ts";

type Worker = ServerSchemas["Worker"];

const REFRESH_MS = 5_000;
const STATES = ["works", "idle", "trouble", "draining", "away"] as const satisfies readonly WorkerState[];
const FIELDS: readonly FilterField[] = [
  { kind: "text", name: "query", label: words.builds.search },
  {
    kind: "choice",
    name: "state",
    label: words.workers.state,
    options: STATES.map((value) => ({ value, label: words.workers.states[value] })),
  },
];

/** Who builds, what now, and what keeps it from building. */
export class PawlConsoleWorkers extends LitElement {
  static override properties = { here: { attribute: false } };
  declare here: Here;

  static override styles = [base, consoleLook];

  readonly #list = new LastingLoad(
    this,
    async ([{ client }]: readonly [Here["at"]], signal) =>
      (await answerOf(client.GET("/api/v2/workers", { signal }))).items,
    () => (isClosed("workers", this.here.isSignedIn) ? null : [this.here.at]),
  );

  constructor() {
    super();
    refreshWhileVisible(this, [this.#list], REFRESH_MS);
  }

  override render() {
    const place = listPlaceOf(this.here.place.query, ["query", "state"]);
    const change = (what: Parameters<typeof changedPlace>[1]) => go(this.here, listQuery(changedPlace(place, what)));
    const all = this.#list.value;
    const { query = "", state } = place.filters;
    const ofState = all?.filter((each) => state === undefined || workerState(each) === state);
    const rows =
      ofState && rowsWith(ofState, query, ({ name, targets, trouble }) => [name, ...targets, trouble].join(" "));
    return html`<h1>${words.workers.heading}</h1>
      ${delayOf(this.#list)}
      ${
        insteadOf(this.#list, "workers", this.here) ??
        html`<pawl-filters .fields=${FIELDS} .values=${place.filters} @filter=${({ detail }: CustomEvent) => change({ filters: detail })}></pawl-filters>
          <div class="card flush">
            <pawl-table
              name=${words.workers.heading}
              .columns=${this.#columns}
              .rows=${rows ?? null}
              sort=${place.sort}
              empty=${all?.length === 0 ? words.workers.none : ""}
              emptyHint=${all?.length === 0 ? words.workers.noneHint : ""}
              @sort=${({ detail }: CustomEvent<string>) => change({ sort: detail })}
            ></pawl-table>
          </div>
          <pawl-pager .total=${rows?.length}></pawl-pager>`
      }`;
  }

  readonly #columns: readonly Column<Worker>[] = [
    { key: "name", title: words.workers.name, cell: ({ name }) => name, by: ({ name }) => name },
    {
      key: "state",
      title: words.workers.state,
      cell: stateCell,
      by: (worker) => words.workers.states[workerState(worker)],
    },
    {
      key: "places",
      title: words.workers.places,
      cell: ({ running, parallel }) => words.workers.placesOf(number(running), number(parallel)),
      by: ({ running }) => running,
      begins: "down",
      isNumber: true,
    },
    { key: "builds", title: words.workers.builds, cell: ({ builds }) => this.#builds(builds) },
    {
      key: "targets",
      title: words.workers.targets,
      cell: ({ targets }) => (targets.includes("*") ? words.workers.allTargets : targets.join(", ")),
    },
    {
      key: "seen",
      title: words.workers.seen,
      cell: ({ seen_at }) => timeAgo(seen_at),
      by: ({ seen_at }) => seen_at,
      begins: "down",
      isMinor: true,
    },
    {
      key: "started",
      title: words.workers.started,
      cell: ({ started_at }) => timeAgo(started_at),
      by: ({ started_at }) => started_at,
      begins: "down",
      isMinor: true,
    },
  ];

  #builds(builds: Worker["builds"]) {
    if (builds.length === 0) return html`<span class="quiet">${words.workers.nothing}</span>`;
    return builds.map(
      ({ id, profile, version }) =>
        html`<div><a href=${this.here.router.href(`builds/${id}`)}>${words.build.heading(profile, version)}</a></div>`,
    );
  }
}

const ICONS: Readonly<Record<WorkerState, typeof Check>> = {
  works: LoaderCircle,
  idle: Check,
  trouble: CircleAlert,
  draining: Clock,
  away: CircleSlash,
};
const LOOKS: Readonly<Record<WorkerState, string>> = {
  works: "",
  idle: "",
  trouble: "danger",
  draining: "quiet",
  away: "warn",
};

function stateCell(worker: Worker) {
  const state = workerState(worker);
  const shape = icon(ICONS[state], 18);
  return html`<span class="state ${LOOKS[state]}">
      ${state === "works" ? html`<span class="turning">${shape}</span>` : shape} ${words.workers.states[state]}
    </span>
    ${worker.trouble === null ? "" : html`<div class="small">${worker.trouble}</div>`}`;
}

customElements.define("pawl-console-workers", PawlConsoleWorkers);
