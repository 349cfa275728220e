import { html, LitElement, nothing } from "lit";
import { buildSeconds } from "../data/build-actions.ts";
import { isClosed } from "../data/console-session.ts";
import { changedPlace, listPlaceOf, listQuery } from "../data/list-place.ts";
import { answerOf, type ServerClient, type ServerSchemas } from "../data/server.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-table.ts";
import { refreshWhileVisible } from "../elements/refreshing.ts";
import type { Column } from "../elements/table/column.ts";
import "../elements/table/pawl-filters.ts";
import type { FilterField } from "../elements/table/pawl-filters.ts";
import "../elements/table/pawl-pager.ts";
import { base } from "../look/base.ts";
import { timeAgo } from "../look/time-ago.ts";
import { words as buildWords } from "../words/build.ts";
import { words } from "../words/console.ts";
import { duration, number } from "../words/format.ts";
import { buildState } from "./build-state.ts";
import { go, type Here } from "./here.ts";
import { delayOf, insteadOf, signInInstead } from "./loaded.ts";
import { consoleLook } from "./look.ts";

type Listed = ServerSchemas["ListedBuild"];

const STATES = ["queued", "running", "done", "failed", "withdrawn"] as const;
const SORTS = ["newest", "oldest", "slowest", "quickest"] as const;
const FILTERS = ["query", "state", "distribution", "version", "target", "profile"];
const PAGE_ROWS = 50;
const REFRESH_MS = 5_000;

/** All builds, page by page, as the address narrows them down. */
export class PawlConsoleBuilds extends LitElement {
  static override properties = { here: { attribute: false } };
  declare here: Here;

  static override styles = [base, consoleLook];

  readonly #list = new LastingLoad(
    this,
    async ([{ client }, asked]: readonly [Here["at"], string], signal) => ({
      asked,
      ...(await readBuilds(client, new URLSearchParams(asked), signal)),
    }),
    () => (isClosed("builds", this.here.isSignedIn) ? null : [this.here.at, this.#asked]),
  );

  constructor() {
    super();
    refreshWhileVisible(this, [this.#list], REFRESH_MS);
  }

  get #place() {
    return listPlaceOf(this.here.place.query, FILTERS);
  }

  get #asked(): string {
    return new URLSearchParams(listQuery(this.#place)).toString();
  }

  override render() {
    const place = this.#place;
    return html`<h1>${words.builds.heading}</h1>
      ${delayOf(this.#list)}
      ${
        signInInstead(this.#list.error, "builds", this.here) ??
        html`<pawl-filters
            .fields=${FIELDS}
            .values=${place.filters}
            @filter=${({ detail }: CustomEvent<Record<string, string>>) => this.#go({ filters: detail })}
          ></pawl-filters>
          ${insteadOf(this.#list, "builds", this.here) ?? this.#table()}
          <p class="quiet small">${words.builds.script}</p>`
      }`;
  }

  #table() {
    const place = this.#place;
    const { router } = this.here;
    const { items = null, next = null, total, asked } = this.#list.value ?? {};
    const isFiltered = Object.keys(place.filters).length > 0 || place.cursor !== null;
    return html`<div class="card flush">
            <pawl-table
              name=${words.builds.heading}
              .columns=${COLUMNS}
              .rows=${items}
              sort=${place.sort || "newest"}
              .hrefOf=${({ id }: Listed) => router.href(`builds/${id}`)}
              empty=${isFiltered ? words.builds.noneFound : words.builds.none}
              emptyHint=${isFiltered ? "" : words.builds.noneHint}
              @sort=${({ detail }: CustomEvent<string>) => this.#go({ sort: detail })}
            ></pawl-table>
          </div>
          <pawl-pager
            .total=${asked === this.#asked ? total : undefined}
            .firstHref=${place.cursor === null ? null : this.#href(null)}
            .nextHref=${next === null ? null : this.#href(next)}
          ></pawl-pager>`;
  }

  #href(cursor: string | null): string {
    return this.here.router.href("builds", listQuery(changedPlace(this.#place, { cursor })));
  }

  #go(change: Parameters<typeof changedPlace>[1]): void {
    go(this.here, listQuery(changedPlace(this.#place, change)));
  }
}

const FIELDS: readonly FilterField[] = [
  { kind: "text", name: "query", label: words.builds.search },
  {
    kind: "choice",
    name: "state",
    label: words.builds.state,
    options: STATES.map((value) => ({ value, label: buildWords.state[value] })),
  },
  { kind: "fixed", name: "distribution", label: words.builds.distribution },
  { kind: "fixed", name: "version", label: words.builds.version },
  { kind: "fixed", name: "target", label: words.builds.target },
  { kind: "fixed", name: "profile", label: words.builds.profile },
];

const COLUMNS: readonly Column<Listed>[] = [
  { key: "profile", title: words.builds.profile, cell: ({ profile }) => profile },
  { key: "state", title: words.builds.state, cell: ({ state }) => buildState(state) },
  { key: "version", title: words.builds.version, cell: ({ version }) => version },
  { key: "target", title: words.builds.target, cell: ({ target }) => target, isMinor: true },
  {
    key: "packages",
    title: words.builds.packages,
    cell: ({ packages }) => html`<span title=${packages.join(" ")}>${number(packages.length)}</span>`,
    isNumber: true,
    isMinor: true,
  },
  {
    key: "asked",
    title: words.builds.asked,
    cell: ({ enqueued_at }) => timeAgo(enqueued_at),
    sorts: { up: "oldest", down: "newest" },
    begins: "down",
  },
  {
    key: "took",
    title: words.builds.took,
    cell: (build) => {
      const seconds = buildSeconds(build, Date.now());
      return seconds === null ? nothing : duration(seconds);
    },
    sorts: { up: "quickest", down: "slowest" },
    begins: "down",
    isNumber: true,
  },
  {
    key: "reason",
    title: words.builds.reason,
    cell: ({ failure, waits_for }) =>
      failure
        ? html`<span title=${failure.message}>${words.code[failure.code] ?? failure.message}</span>`
        : (waits_for ?? nothing),
  },
];

function readBuilds(client: ServerClient, asked: URLSearchParams, signal: AbortSignal) {
  const { sort, cursor, state, ...filters } = Object.fromEntries(asked);
  // An address that somebody has typed may say anything.
  const order = SORTS.find((each) => each === sort);
  const wanted = STATES.find((each) => each === state);
  const query = { ...filters, limit: PAGE_ROWS, ...(order && { sort: order }), ...(wanted && { state: wanted }) };
  return answerOf(client.GET("/api/v2/builds", { params: { query: { ...query, ...(cursor && { cursor }) } }, signal }));
}

customElements.define("pawl-console-builds", PawlConsoleBuilds);
