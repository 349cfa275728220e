import { css, html, LitElement, nothing } from "lit";
import { isClosed } from "../data/console-session.ts";
import { changedPlace, listPlaceOf, listQuery } from "../data/list-place.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import { rowsWith } from "../data/table-sort.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-table.ts";
import type { PawlTable } from "../elements/pawl-table.ts";
import { refreshWhileVisible } from "../elements/refreshing.ts";
import type { Column } from "../elements/table/column.ts";
import "../elements/table/pawl-filters.ts";
import type { FilterField } from "../elements/table/pawl-filters.ts";
import "../elements/table/pawl-pager.ts";
import { base } from "../look/base.ts";
import { timeAgo } from "../look/time-ago.ts";
import { words } from "../words/console.ts";
import { exactTime, relativeTime } from "../words/format.ts";
import { go, type Here } from "./here.ts";
import { delayOf, insteadOf } from "./loaded.ts";
import { consoleLook } from "./look.ts";
import "./pawl-token-maker.ts";

type Token = ServerSchemas["Token"];

const { tokens } = words;
const REFRESH_MS = 30_000;
const FIELDS: readonly FilterField[] = [{ kind: "text", name: "query", label: words.builds.search }];

/** Who may do what: tokens, made here and revoked. */
export class PawlConsoleTokens extends LitElement {
  static override properties = {
    here: { attribute: false },
    revoking: { state: true },
    isAsking: { state: true },
    trouble: { state: true },
  };
  declare here: Here;
  /** The one that is about to be revoked. */
  declare revoking: Token | null;
  declare isAsking: boolean;
  declare trouble: string;

  static override styles = [
    base,
    consoleLook,
    css`
      h1:focus {
        outline: none;
      }
      .ask {
        border-color: var(--warn);
      }
    `,
  ];

  readonly #list = new LastingLoad(
    this,
    async ([{ client }]: readonly [Here["at"]], signal) =>
      (await answerOf(client.GET("/api/v2/tokens", { signal }))).items,
    () => (isClosed("tokens", this.here.isSignedIn) ? null : [this.here.at]),
  );

  constructor() {
    super();
    this.revoking = null;
    this.isAsking = false;
    this.trouble = "";
    refreshWhileVisible(this, [this.#list], REFRESH_MS);
  }

  override render() {
    return html`<h1 tabindex="-1">${tokens.heading}</h1>
      ${delayOf(this.#list)} ${insteadOf(this.#list, "tokens", this.here) ?? this.#all()}`;
  }

  #all() {
    const place = listPlaceOf(this.here.place.query, ["query"]);
    const change = (what: Parameters<typeof changedPlace>[1]) => go(this.here, listQuery(changedPlace(place, what)));
    const all = this.#list.value;
    const rows = all && rowsWith(all, place.filters.query ?? "", ({ name, scopes }) => [name, ...scopes].join(" "));
    return html`<pawl-token-maker .here=${this.here} @made=${() => this.#list.again()}></pawl-token-maker>
      ${this.revoking === null ? nothing : this.#ask(this.revoking)}
      <pawl-filters .fields=${FIELDS} .values=${place.filters} @filter=${({ detail }: CustomEvent) => change({ filters: detail })}></pawl-filters>
      <div class="card flush">
        <pawl-table
          name=${tokens.heading}
          .columns=${this.#columns}
          .rows=${rows ?? null}
          sort=${place.sort}
          empty=${all?.length === 0 ? tokens.none : ""}
          @sort=${({ detail }: CustomEvent<string>) => change({ sort: detail })}
        ></pawl-table>
      </div>
      <pawl-pager .total=${rows?.length}></pawl-pager>`;
  }

  #ask({ name, last_used_at }: Token) {
    return html`<section class="card ask stack" @keydown=${({ key }: KeyboardEvent) => key === "Escape" && this.#keep()} role="alertdialog" aria-label=${tokens.revokeNamed(name)} aria-describedby="what">
      <p id="what">${tokens.revokeHint(name, last_used_at === null ? null : relativeTime(last_used_at))}</p>
      ${this.trouble === "" ? nothing : html`<p class="danger" role="alert">${this.trouble}</p>`}
      <div class="buttons">
        <button class="button" type="button" aria-disabled=${this.isAsking} @click=${this.#revoke}>
          ${this.isAsking ? tokens.revoking : tokens.revokeNow}
        </button>
        <button class="button keep" type="button" @click=${() => this.#keep()}>${tokens.keep}</button>
      </div>
    </section>`;
  }

  readonly #revoke = async () => {
    const token = this.revoking;
    if (token === null || this.isAsking) return;
    this.isAsking = true;
    this.trouble = "";
    try {
      const params = { path: { token: token.id } };
      await answerOf(this.here.at.client.DELETE("/api/v2/tokens/{token}", { params }));
      this.revoking = null;
      this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
      this.#list.again();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    } finally {
      this.isAsking = false;
    }
  };

  /** Whoever goes on with the keyboard is where they were. */
  #keep(): void {
    const { name } = this.revoking ?? { name: "" };
    this.revoking = null;
    const table = this.renderRoot.querySelector<PawlTable>("pawl-table");
    const buttons = [...(table?.renderRoot.querySelectorAll<HTMLElement>("td button") ?? [])];
    buttons.find(({ ariaLabel }) => ariaLabel === tokens.revokeNamed(name))?.focus();
  }

  async #choose(token: Token): Promise<void> {
    this.trouble = "";
    this.revoking = token;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".keep")?.focus();
  }

  readonly #columns: readonly Column<Token>[] = [
    { key: "name", title: tokens.name, cell: ({ name }) => name, by: ({ name }) => name },
    {
      key: "scopes",
      title: tokens.scopes,
      cell: ({ scopes }) => scopes.join(", "),
      by: ({ scopes }) => scopes.join(" "),
    },
    {
      key: "created",
      title: tokens.created,
      cell: ({ created_at }) => timeAgo(created_at),
      by: ({ created_at }) => created_at,
      begins: "down",
      isMinor: true,
    },
    {
      key: "used",
      title: tokens.used,
      cell: ({ last_used_at }) => (last_used_at === null ? tokens.neverUsed : timeAgo(last_used_at)),
      by: ({ last_used_at }) => last_used_at,
      begins: "down",
    },
    {
      key: "expires",
      title: tokens.expires,
      cell: ({ expires_at }) => (expires_at === null ? tokens.expiresNever : expiry(expires_at)),
      by: ({ expires_at }) => expires_at,
    },
    {
      key: "revoke",
      title: tokens.revoke,
      cell: (token) =>
        html`<button class="button" type="button" aria-label=${tokens.revokeNamed(token.name)} @click=${() => this.#choose(token)}>${tokens.revoke}</button>`,
    },
  ];
}

/** One that has ended stays in the list, and is good for nothing. */
function expiry(at: string) {
  const hasEnded = Date.parse(at) <= Date.now();
  const said = hasEnded ? tokens.expired(relativeTime(at)) : relativeTime(at);
  return html`<time class=${hasEnded ? "warn" : ""} title=${exactTime(at)}>${said}</time>`;
}

customElements.define("pawl-console-tokens", PawlConsoleTokens);
