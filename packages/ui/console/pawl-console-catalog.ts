import { css, html, LitElement } from "lit";
import { changedPlace, listPlaceOf, listQuery } from "../data/list-place.ts";
import { answerOf, type ServerClient, type ServerSchemas } from "../data/server.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-table.ts";
import { refreshWhileVisible } from "../elements/refreshing.ts";
import "../elements/table/pawl-filters.ts";
import type { FilterField } from "../elements/table/pawl-filters.ts";
import "../elements/table/pawl-pager.ts";
import { base } from "../look/base.ts";
import { words } from "../words/console.ts";
import { BRANCH_COLUMNS, FILE_COLUMNS } from "./catalog-columns.ts";
import { go, type Here } from "./here.ts";
import { delayOf, insteadOf } from "./loaded.ts";
import { consoleLook } from "./look.ts";
import "./pawl-catalog-refresh.ts";

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

  static override styles = [
    base,
    consoleLook,
    css`
      #files {
        outline: none;
        scroll-margin-top: 8px;
      }
    `,
  ];

  readonly #branches = new LastingLoad(
    this,
    async ([{ client }]: readonly [Here["at"]], signal) =>
      (await answerOf(client.GET("/api/v2/catalog/branches", { signal }))).items,
    () => [this.here.at],
  );
  readonly #files = new LastingLoad(
    this,
    async ([{ client }, asked]: readonly [Here["at"], string], signal) => ({
      asked,
      ...(await readFiles(client, new URLSearchParams(asked), signal)),
    }),
    () => [this.here.at, this.#asked],
  );

  /** Null: nothing is shown yet. */
  #chosen: string | null = null;

  constructor() {
    super();
    this.branchSort = "";
    refreshWhileVisible(this, [this.#branches, this.#files], REFRESH_MS);
  }

  /** Whoever has chosen a branch is led to its files, which may be below what is in view. */
  protected override updated(): void {
    const { distribution = "", branch = "" } = this.#place.filters;
    const chosen = `${distribution} ${branch}`.trim();
    const before = this.#chosen;
    this.#chosen = chosen;
    if (before === null || before === chosen || chosen === "") return;
    const files = this.renderRoot.querySelector<HTMLElement>("#files");
    files?.scrollIntoView({ block: "start" });
    files?.focus({ preventScroll: true });
  }

  get #place() {
    return listPlaceOf(this.here.place.query, FILTERS);
  }

  get #asked(): string {
    return new URLSearchParams(listQuery(this.#place)).toString();
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
    const { items = null, next = null, total, asked } = this.#files.value ?? {};
    const isFiltered = Object.keys(place.filters).length > 0 || place.cursor !== null;
    return html`<h2 id="files" tabindex="-1">${words.catalog.files}</h2>
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
              .columns=${FILE_COLUMNS}
              .rows=${items}
              sort=${place.sort || "path"}
              empty=${isFiltered ? words.catalog.noneFound : words.catalog.none}
              emptyHint=${isFiltered ? "" : words.catalog.noneHint}
              @sort=${({ detail }: CustomEvent<string>) => this.#go({ sort: detail })}
            ></pawl-table>
          </div>
          <pawl-pager
            .total=${asked === this.#asked ? total : undefined}
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
