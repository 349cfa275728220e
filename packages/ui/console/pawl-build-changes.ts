import { css, html, LitElement, nothing } from "lit";
import { buildIdIn, type PackageChange, packageChanges } from "../data/manifest-changes.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-table.ts";
import type { Column } from "../elements/table/column.ts";
import { base } from "../look/base.ts";
import { words } from "../words/console.ts";
import { clockTime, number } from "../words/format.ts";
import { go, type Here, signInHref } from "./here.ts";
import { delayOf, insteadOf } from "./loaded.ts";
import { consoleLook } from "./look.ts";

/** So many other builds of the same device are offered. */
const MOST_OTHERS = 30;

const COLUMNS: readonly Column<PackageChange>[] = [
  { key: "name", title: words.overview.package, cell: ({ name }) => name, by: ({ name }) => name },
  { key: "kind", title: words.build.kind, cell: ({ kind }) => words.build[kind], by: ({ kind }) => words.build[kind] },
  { key: "before", title: words.build.before, cell: ({ before }) => before ?? "–" },
  { key: "after", title: words.build.after, cell: ({ after }) => after ?? "–" },
];

/** What is different in this build's image from another one's; which one is in the address. */
export class PawlBuildChanges extends LitElement {
  static override properties = {
    here: { attribute: false },
    build: { attribute: false },
    sort: { state: true },
    isWrong: { state: true },
  };
  declare here: Here;
  declare build: ServerSchemas["Build"];
  declare sort: string;
  declare isWrong: boolean;

  static override styles = [
    base,
    consoleLook,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px 12px;
      }
      label {
        display: grid;
        flex: 1 1 14rem;
        gap: 2px;
        min-width: 0;
        color: var(--text-quiet);
        font-size: 14px;
      }
      .field {
        width: 100%;
        color: var(--text);
        font-size: 16px;
      }
    `,
  ];

  readonly #others = new LastingLoad(
    this,
    ([at, id, target, profile]: readonly [Here["at"], string, string, string], signal) =>
      readOthers(at, { id, target, profile }, signal),
    () =>
      this.build.state === "done" && this.here.isSignedIn
        ? [this.here.at, this.build.id, this.build.target, this.build.profile]
        : null,
  );
  readonly #diff = new LastingLoad(
    this,
    ([{ client }, id, against]: readonly [Here["at"], string, string], signal) =>
      answerOf(client.GET("/api/v2/builds/{id}/diff", { params: { path: { id }, query: { against } }, signal })),
    () => (this.#against === null || this.build.state !== "done" ? null : [this.here.at, this.build.id, this.#against]),
  );

  constructor() {
    super();
    this.sort = "";
    this.isWrong = false;
  }

  get #against(): string | null {
    return buildIdIn(this.here.place.query.get("against") ?? "");
  }

  override render() {
    if (this.build.state !== "done") return html`<p class="quiet">${words.build.onlyDone}</p>`;
    return html`${this.#choice()} ${delayOf(this.#diff)}
      ${this.#against === null ? nothing : (insteadOf(this.#diff, "build", this.here) ?? this.#changes())}`;
  }

  #choice() {
    const { isSignedIn } = this.here;
    const others = this.#others.value ?? [];
    return html`<form @submit=${this.#submit}>
        ${
          others.length === 0
            ? nothing
            : html`<label>
                ${words.build.against}
                <select class="field" @change=${({ target }: Event) => this.#compare((target as HTMLSelectElement).value)}>
                  <option value="" .selected=${this.#against === null}>${words.build.choose}</option>
                  ${others.map(
                    ({ id, version, enqueued_at, packages }) =>
                      html`<option value=${id} .selected=${id === this.#against}>${clockTime(enqueued_at)} · ${version} · ${packages.join(" ").slice(0, 60)}</option>`,
                  )}
                </select>
              </label>`
        }
        <label>
          ${others.length === 0 ? words.build.against : words.build.otherId}
          <input class="field mono" name="id" autocomplete="off" spellcheck="false" aria-invalid=${this.isWrong} .value=${this.#against ?? ""} />
        </label>
        <button class="button" type="submit">${words.build.compare}</button>
      </form>
      ${this.isWrong ? html`<p class="danger small" role="alert">${words.build.wrongId}</p>` : nothing}
      ${this.#others.value?.length === 0 ? html`<p class="quiet small">${words.build.noOthers}</p>` : nothing}
      ${
        isSignedIn && this.#others.value !== null
          ? nothing
          : html`<p class="quiet small"><a href=${signInHref(this.here)}>${words.build.compareSignedOut}</a></p>`
      }`;
  }

  #changes() {
    const diff = this.#diff.value;
    const rows = diff === undefined ? null : packageChanges(diff);
    return html`<pawl-table
        name=${words.build.tabs.changes}
        .columns=${COLUMNS}
        .rows=${rows}
        sort=${this.sort}
        empty=${words.build.identical}
        @sort=${({ detail }: CustomEvent<string>) => (this.sort = detail)}
      ></pawl-table>
      ${diff === undefined ? nothing : html`<p class="quiet small">${words.build.same(number(diff.unchanged))}</p>`}`;
  }

  readonly #submit = (event: SubmitEvent) => {
    event.preventDefault();
    this.#compare(String(new FormData(event.target as HTMLFormElement).get("id") ?? ""));
  };

  #compare(text: string): void {
    const against = buildIdIn(text);
    this.isWrong = against === null && text.trim() !== "";
    if (!this.isWrong) go(this.here, { tab: "changes", ...(against !== null && { against }) });
  }
}

/** Other images of the same device, the newest first; null where this token may not list them. */
async function readOthers(
  { client }: Here["at"],
  { id, target, profile }: Pick<ServerSchemas["Build"], "id" | "target" | "profile">,
  signal: AbortSignal,
) {
  try {
    const query = { state: "done", target, profile, limit: MOST_OTHERS } as const;
    const { items } = await answerOf(client.GET("/api/v2/builds", { params: { query }, signal }));
    return items.filter((each) => each.id !== id);
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 403) return null;
    throw error;
  }
}

customElements.define("pawl-build-changes", PawlBuildChanges);
