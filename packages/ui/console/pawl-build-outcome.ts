import { css, html, LitElement, nothing } from "lit";
import type { ServerSchemas } from "../data/server.ts";
import { rowsWith } from "../data/table-sort.ts";
import "../elements/pawl-copy.ts";
import "../elements/pawl-table.ts";
import type { Column } from "../elements/table/column.ts";
import "../elements/table/pawl-filters.ts";
import { base } from "../look/base.ts";
import { words } from "../words/console.ts";
import { size } from "../words/format.ts";
import { consoleLook } from "./look.ts";

type Artifact = ServerSchemas["Artifact"];
type PackageVersion = readonly [name: string, version: string];

const PACKAGE_COLUMNS: readonly Column<PackageVersion>[] = [
  { key: "name", title: words.overview.package, cell: ([name]) => name, by: ([name]) => name },
  { key: "version", title: words.builds.version, cell: ([, version]) => version, by: ([, version]) => version },
];
const FIELDS = [{ kind: "text", name: "query", label: words.builds.search }] as const;

/** What came of a build: its files with their sums, and the packages in it. */
export class PawlBuildOutcome extends LitElement {
  static override properties = {
    build: { attribute: false },
    root: { type: String },
    sort: { state: true },
    query: { state: true },
    fileSort: { state: true },
  };
  declare build: ServerSchemas["Build"];
  /** Of the server, without a slash at the end. */
  declare root: string;
  declare sort: string;
  declare query: string;
  declare fileSort: string;

  static override styles = [
    base,
    consoleLook,
    css`
      h2 {
        font-size: 16px;
      }
    `,
  ];

  constructor() {
    super();
    this.sort = "name";
    this.query = "";
    this.fileSort = "";
  }

  override render() {
    const { result, state } = this.build;
    if (result === null) return html`<p class="quiet">${words.build.noResult[state]}</p>`;
    const packages = Object.entries(result.manifest);
    return html`${said(words.build.warnings, result.warnings)}
      ${said(
        words.build.changesMade,
        result.changes.map(({ reason }) => reason),
      )}
      <h2>${words.build.files}</h2>
      <pawl-table
        name=${words.build.files}
        .columns=${this.#fileColumns}
        .rows=${result.artifacts}
        sort=${this.fileSort}
        @sort=${({ detail }: CustomEvent<string>) => (this.fileSort = detail)}
      ></pawl-table>
      <p class="quiet small">${words.build.revision} ${result.version_code}</p>
      <h2>${words.build.manifest} (${packages.length})</h2>
      <pawl-filters
        .fields=${FIELDS}
        .values=${{ query: this.query }}
        @filter=${({ detail }: CustomEvent<{ query?: string }>) => (this.query = detail.query ?? "")}
      ></pawl-filters>
      <pawl-table
        name=${words.build.manifest}
        .columns=${PACKAGE_COLUMNS}
        .rows=${rowsWith(packages, this.query, ([name]) => name)}
        sort=${this.sort}
        @sort=${({ detail }: CustomEvent<string>) => (this.sort = detail)}
      ></pawl-table>`;
  }

  readonly #fileColumns: readonly Column<Artifact>[] = [
    {
      key: "name",
      title: words.build.file,
      cell: ({ name, url }) => html`<a href="${this.root}${url}" download>${name}</a>`,
      by: ({ name }) => name,
    },
    { key: "size", title: words.build.size, cell: (file) => size(file.size), by: (file) => file.size, isNumber: true },
    {
      key: "sha256",
      title: words.build.sha256,
      cell: ({ sha256 }) =>
        html`<span class="state"><span class="mono quiet" title=${sha256}>${sha256.slice(0, 12)}…</span> <pawl-copy bare label=${words.build.copySum} .text=${sha256}></pawl-copy></span>`,
    },
  ];
}

function said(title: string, sentences: readonly string[]) {
  if (sentences.length === 0) return nothing;
  return html`<div>
    <h2>${title}</h2>
    <ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  </div>`;
}

customElements.define("pawl-build-outcome", PawlBuildOutcome);
