import { html } from "lit";
import type { ServerSchemas } from "../data/server.ts";
import type { Column } from "../elements/table/column.ts";
import { timeAgo } from "../look/time-ago.ts";
import { words } from "../words/console.ts";
import { exactTime, number, relativeTime, size } from "../words/format.ts";

type Resource = ServerSchemas["Resource"];
type Branch = ServerSchemas["CatalogBranches"]["items"][number];

const { catalog } = words;

const ageOf = (at: string | null) => (at === null ? catalog.never : timeAgo(at));

/** Of branches. */
export const BRANCH_COLUMNS: readonly Column<Branch>[] = [
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
    begins: "down",
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

/** Of files, as the server sorts them. */
export const FILE_COLUMNS: readonly Column<Resource>[] = [
  {
    key: "path",
    title: catalog.path,
    cell: ({ path, distribution }) => html`${path} <span class="quiet small">${distribution}</span>`,
    sorts: { up: "path" },
  },
  { key: "kind", title: catalog.kind, cell: ({ kind }) => catalog.kinds[kind] },
  {
    key: "checked",
    title: catalog.confirmed,
    cell: ({ checked_at }) => ageOf(checked_at),
    sorts: { up: "oldest", down: "newest" },
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
    sorts: { down: "trouble" },
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
