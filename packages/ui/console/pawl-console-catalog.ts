import { html, LitElement } from "lit";
import { changedPlace, listPlaceOf, listQuery } from "../data/list-place.ts";
import { answerOf, type ServerClient, type ServerSchemas } from "../data/server.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-table.ts";
import { refreshWhileVisible } from "../elements/refreshing.ts";
import type { Column } from "../elements/table/column.ts";
import "../elements/table/pawl-filters.ts";
import type { FilterField } from "../elements/table/pawl-filters.ts";
import "../elements/table/pawl-pager.ts";
import { timeAgo } from "../elements/update/time-ago.ts";
import { base } from "../look/base.ts";
import { words } from "../words/console.ts";
import { exactTime, number, relativeTime, size } from "../words/format.ts";
import { go, type Here } from "./here.ts";
import { delayOf, insteadOf } from "./loaded.ts";
import { consoleLook } from "./look.ts";
import "./pawl-catalog-refresh.ts";

type Resource = ServerSchemas["Resource"];
type Branch = ServerSchemas["CatalogBranches"]["items"][number];

const KINDS = ["versions", "targets", "models", "target", "feeds", "index"] as const;
const SORTS = ["path", "oldest", "newest", "trouble"] as const;
const FILTERS = ["query", "kind", "trouble", "distribution", "branch", "version", "target"];
const PAGE_ROWS = 50;
const REFRESH_MS = 15_000;

/** What is read from upstream: its branches, and each file with its age and its trouble. */
export class PawlConsoleCatalog extends LitElement {
  static override properties = { here: { attribute: false }, branchSort: { state: true } };
  declare here: Here;
  declare branchSort: string;

  static override styles = [base, consoleLook];

  readonly #branches = new LastingLoad(
    this,
    async ([{ client }]: readonly [Here["at"]], signal) =>
      (await answerOf(client.GET("/api/v2/catalog/branches", { signal }))).items,
    () => [this.here.at],
  );
  readonly #files = new LastingLoad(
    this,
    ([{ client }, asked]: readonly [Here["at"], string], signal) =>
      readFiles(client, new URLSearchParams(asked), signal),
    () => [this.here.at, new URLSearchParams(listQuery(this.#place)).toString()],
  );

  constructor() {
    super();
    this.branchSort = "";
    refreshWhileVisible(this, [this.#branches, this.#files], REFRESH_MS);
  }

  get #place() {
    return listPlaceOf(this.here.place.query, FILTERS);
  }

  override render() {
    const instead = insteadOf(this.#branches, "catalog", this.here);
    const { distribution, version, target } = this.#place.filters;
    return html`<h1>${words.catalog.heading}</h1>
      ${delayOf(this.#branches, this.#files)}
      ${
        instead ??
        html`<pawl-catalog-refresh
            class="card"
            .here=${this.here}
            .scope=${{ ...(distribution && { distribution }), ...(version && { version }), ...(target && { target }) }}
            @refreshed=${() => this.#again()}
          ></pawl-catalog-refresh>
          <h2>${words.catalog.branches}</h2>
          <div class="card flush">
            <pawl-table
              name=${words.catalog.branches}
              .columns=${BRANCH_COLUMNS}
              .rows=${this.#branches.value ?? null}
              sort=${this.branchSort}
              .hrefOf=${(row: Branch) => this.#branchHref(row)}
              empty=${words.catalog.none}
              emptyHint=${words.catalog.noneHint}
              @sort=${({ detail }: CustomEvent<string>) => (this.branchSort = detail)}
            ></pawl-table>
          </div>
          ${this.#table()}`
      }`;
  }

  #table() {
    const place = this.#place;
    const { items = null, next = null, total } = this.#files.value ?? {};
    const isFiltered = Object.keys(place.filters).length > 0;
    return html`<h2>${words.catalog.files}</h2>
      <pawl-filters
        .fields=${FIELDS}
        .values=${place.filters}
        @filter=${({ detail }: CustomEvent<Record<string, string>>) => this.#go({ filters: detail })}
      ></pawl-filters>
      ${
        insteadOf(this.#files, "catalog", this.here) ??
        html`<div class="card flush">
            <pawl-table
              name=${words.catalog.files}
              .columns=${COLUMNS}
              .rows=${items}
              sort=${place.sort || "path"}
              empty=${isFiltered ? words.catalog.noneFound : words.catalog.none}
              emptyHint=${isFiltered ? "" : words.catalog.noneHint}
              @sort=${({ detail }: CustomEvent<string>) => this.#go({ sort: detail })}
            ></pawl-table>
          </div>
          <pawl-pager
            .total=${total}
            .firstHref=${place.cursor === null ? null : this.#href(null)}
            .nextHref=${next === null ? null : this.#href(next)}
          ></pawl-pager>`
      }`;
  }

  /** Its files; of one in trouble those first. */
  #branchHref({ distribution, branch, in_trouble }: Branch): string {
    const filters = { distribution, ...(branch !== null && { branch }) };
    return this.here.router.href(
      "catalog",
      listQuery({ filters, sort: in_trouble > 0 ? "trouble" : "", cursor: null }),
    );
  }

  #again(): void {
    this.#branches.again();
    this.#files.again();
  }

  #href(cursor: string | null): string {
    return this.here.router.href("catalog", listQuery(changedPlace(this.#place, { cursor })));
  }

  #go(change: Parameters<typeof changedPlace>[1]): void {
    go(this.here, listQuery(changedPlace(this.#place, change)));
  }
}

const { catalog } = words;

const FIELDS: readonly FilterField[] = [
  { kind: "text", name: "query", label: catalog.path },
  {
    kind: "choice",
    name: "kind",
    label: catalog.kind,
    options: KINDS.map((value) => ({ value, label: catalog.kinds[value] })),
  },
  {
    kind: "choice",
    name: "trouble",
    label: catalog.trouble,
    options: (["true", "false"] as const).map((value) => ({ value, label: catalog.troubleFilter[value] })),
  },
  { kind: "fixed", name: "distribution", label: words.builds.distribution },
  { kind: "fixed", name: "branch", label: catalog.branch },
  { kind: "fixed", name: "version", label: catalog.version },
  { kind: "fixed", name: "target", label: words.builds.target },
];

const ageOf = (at: string | null) => (at === null ? catalog.never : timeAgo(at));

const BRANCH_COLUMNS: readonly Column<Branch>[] = [
  {
    key: "branch",
    title: catalog.branch,
    cell: ({ distribution, branch }) => `${distribution} ${branch ?? catalog.noBranch}`,
    by: ({ distribution, branch }) => `${distribution} ${branch ?? ""}`,
  },
  { key: "total", title: catalog.total, cell: ({ total }) => number(total), by: ({ total }) => total, isNumber: true },
  {
    key: "trouble",
    title: catalog.inTrouble,
    cell: ({ in_trouble }) => html`<span class=${in_trouble > 0 ? "warn" : ""}>${number(in_trouble)}</span>`,
    by: ({ in_trouble }) => in_trouble,
    isNumber: true,
  },
  {
    key: "checked",
    title: catalog.confirmed,
    cell: ({ checked_at }) => ageOf(checked_at),
    by: ({ checked_at }) => checked_at,
  },
  { key: "oldest", title: catalog.oldest, cell: ({ oldest_at }) => ageOf(oldest_at), by: ({ oldest_at }) => oldest_at },
];

const COLUMNS: readonly Column<Resource>[] = [
  {
    key: "path",
    title: catalog.path,
    cell: ({ path, distribution }) => html`${path} <span class="quiet small">${distribution}</span>`,
    sorts: { up: "path", down: "path" },
  },
  { key: "kind", title: catalog.kind, cell: ({ kind }) => catalog.kinds[kind] },
  {
    key: "checked",
    title: catalog.confirmed,
    cell: ({ checked_at }) => ageOf(checked_at),
    sorts: { up: "newest", down: "oldest" },
  },
  {
    key: "size",
    title: catalog.size,
    cell: (file) => (file.size === null ? "–" : size(file.size)),
    isNumber: true,
    isMinor: true,
  },
  {
    key: "trust",
    title: catalog.signed,
    cell: ({ trust }) => (trust === null ? "–" : catalog.trust[trust]),
    isMinor: true,
  },
  {
    key: "trouble",
    title: catalog.trouble,
    cell: ({ trouble }) => troubleCell(trouble),
    sorts: { up: "trouble", down: "trouble" },
  },
];

function troubleCell(trouble: Resource["trouble"]) {
  if (trouble === null) return html`<span class="quiet">${catalog.well}</span>`;
  const { message, since, retry_at, data_from } = trouble;
  const more = [
    catalog.since(relativeTime(since)),
    ...(retry_at === null ? [] : [catalog.triedAgain(relativeTime(retry_at))]),
    data_from === null ? catalog.noData : catalog.dataFrom(relativeTime(data_from)),
  ];
  return html`<span class="warn">${message}</span>
    <div class="quiet small" title=${exactTime(since)}>${more.join(", ")}</div>`;
}

function readFiles(client: ServerClient, asked: URLSearchParams, signal: AbortSignal) {
  const { sort, cursor, kind, trouble, ...filters } = Object.fromEntries(asked);
  // An address that somebody has typed may say anything.
  const order = SORTS.find((each) => each === sort);
  const wanted = KINDS.find((each) => each === kind);
  const query = {
    ...filters,
    limit: PAGE_ROWS,
    ...(order && { sort: order }),
    ...(wanted && { kind: wanted }),
    ...((trouble === "true" || trouble === "false") && { trouble: trouble === "true" }),
    ...(cursor && { cursor }),
  };
  return answerOf(client.GET("/api/v2/catalog/resources", { params: { query }, signal }));
}

customElements.define("pawl-console-catalog", PawlConsoleCatalog);
