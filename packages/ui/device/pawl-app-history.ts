import { css, html, LitElement, nothing } from "lit";
import { Ban, Check, CircleAlert, Undo2 } from "lucide";
import { answerOf, type DeviceSchemas } from "../data/device.ts";
import { changedPlace, type ListPlace, listPlaceOf, listQuery } from "../data/list-place.ts";
import type { DeviceApp } from "../data/live-device.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import { LiveView } from "../elements/live-view.ts";
import "../elements/table/pawl-pager.ts";
import { icon } from "../look/icon.ts";
import { partLook } from "../look/part.ts";
import type { Router } from "../look/router.ts";
import { timeAgo } from "../look/time-ago.ts";
import { deviceWords } from "../words/device.ts";
import { duration, size } from "../words/format.ts";
import { howItEnded, type Outcome, whatWasDone, whyItFailed } from "../words/outcome.ts";
import { appPlaces } from "./app-places.ts";
import { headLook } from "./head-look.ts";
import { loadTrouble } from "./load-trouble.ts";

const words = deviceWords.history;

const PAGE_ROWS = 25;

/** Which updates are shown, by the name that stands in the address. */
const SHOWN = {
  worked: ["success"],
  trouble: ["failed", "rolled_back", "undone"],
  cancelled: ["cancelled"],
} as const satisfies Record<string, readonly DeviceSchemas["UpdateResult"][]>;
type Shown = keyof typeof SHOWN;
const SHOWABLE = Object.keys(SHOWN) as readonly Shown[];

/** `asked`: what it answers to. */
type Page = DeviceSchemas["HistoryAnswer"] & { asked: string };

const ICONS = { success: Check, failed: CircleAlert, rolled_back: Undo2, undone: Undo2, cancelled: Ban };
const TONES = { success: "", failed: "danger", rolled_back: "warn", undone: "warn", cancelled: "" };

/** What became of each update, page by page. Which ones, and in what order, is in the address. */
export class PawlAppHistory extends LitElement {
  static override properties = {
    app: { attribute: false },
    router: { attribute: false },
    query: { type: String },
  };
  declare app: DeviceApp;
  declare router: Router;
  declare query: string;

  readonly #live = new LiveView(this, () => this.app.live);
  readonly #load = new LastingLoad(
    this,
    async ([app, asked], signal) => ({ asked, ...(await readHistory(app, new URLSearchParams(asked), signal)) }),
    () => {
      const { update_id: id, state } = this.#live.view.status ?? {};
      return [this.app, this.#asked, id, state === "installing"] as const;
    },
  );

  static override styles = [
    partLook,
    headLook,
    css`
      .head label {
        display: grid;
        gap: 2px;
      }
      .head select {
        width: 100%;
      }
      ol {
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr) auto;
        gap: 0 12px;
        max-width: none;
        padding: 12px 0;
        border-top: 1px solid var(--line);
      }
      .mark.danger {
        color: var(--danger);
      }
      .mark.warn {
        color: var(--warn);
      }
      .mark {
        padding-top: 2px;
        color: var(--text-quiet);
      }
      .what {
        font-weight: 550;
      }
      .fact {
        white-space: nowrap;
      }
      .why {
        margin-top: 2px;
      }
      li a {
        align-content: center;
        align-self: start;
        min-height: 44px;
        padding: 0 4px;
        margin: -10px 0;
      }
      @media (max-width: 480px) {
        .head label {
          flex: 1 1 0;
          min-width: 0;
        }
      }
    `,
  ];

  get #place(): ListPlace {
    return listPlaceOf(new URLSearchParams(this.query), ["only"]);
  }

  get #only(): Shown | null {
    return SHOWABLE.find((each) => each === this.#place.filters.only) ?? null;
  }

  get #asked(): string {
    return new URLSearchParams(listQuery(this.#place)).toString();
  }

  override render() {
    const { value } = this.#load;
    const isEmpty = value?.total === 0;
    return html`<section aria-labelledby="title" aria-busy=${this.#load.isLoading}>
      <div class="head">
        <h2 id="title" class="visually-hidden">${words.title}</h2>
        ${isEmpty && this.#only === null ? nothing : this.#choices()}
      </div>
      ${loadTrouble(this, this.#load, words)}
      ${value === undefined ? (this.#load.isLoading ? skeleton() : nothing) : isEmpty ? this.#empty() : this.#list(value)}
    </section>`;
  }

  #choices() {
    const { order, orders, filter, filters } = words;
    const isOldest = this.#place.sort === "oldest";
    const choose = (name: "only" | "sort") => (event: Event) => this.#choose(name, event);
    return html`<label>
        <span class="quiet small">${filter}</span>
        <select class="field" @change=${choose("only")}>
          <option value="" ?selected=${this.#only === null}>${filters.all}</option>
          ${SHOWABLE.map((each) => html`<option value=${each} ?selected=${this.#only === each}>${filters[each]}</option>`)}
        </select>
      </label>
      <label>
        <span class="quiet small">${order}</span>
        <select class="field" @change=${choose("sort")}>
          <option value="" ?selected=${!isOldest}>${orders.newest}</option>
          <option value="oldest" ?selected=${isOldest}>${orders.oldest}</option>
        </select>
      </label>`;
  }

  #empty() {
    return html`<p class="quiet">${this.#only === null ? words.empty : words.none[this.#only]}</p>`;
  }

  #list({ updates, next, total, asked }: Page) {
    const { cursor } = this.#place;
    return html`<ol>
        ${updates.map((outcome) => this.#line(outcome))}
      </ol>
      <pawl-pager
        .total=${asked === this.#asked ? total : undefined}
        .firstHref=${cursor === null ? null : this.#href({ cursor: null })}
        .nextHref=${next === null ? null : this.#href({ cursor: next })}
      ></pawl-pager>`;
  }

  #line(outcome: Outcome) {
    const { id, result, kind } = outcome;
    const what = whatWasDone(outcome);
    const why = whyItFailed(outcome, Date.now());
    const log = this.router.href(appPlaces(this.router, this.app.name).log, { id });
    return html`<li>
      <span class="mark ${TONES[result]}">${icon(ICONS[result])}</span>
      <div>
        <p><span class="what numbers">${what}</span> · ${howItEnded(outcome)}</p>
        ${why === null ? nothing : html`<p class="why">${why}</p>`}
        <p class="quiet small numbers">${facts(outcome).map((fact, at) => html`${at === 0 ? nothing : " · "}<span class="fact">${fact}</span>`)}</p>
      </div>
      ${kind === "adopt" ? nothing : html`<a href=${log} aria-label=${words.logOf(what)}>${words.log}</a>`}
    </li>`;
  }

  #choose(name: "only" | "sort", { target }: Event): void {
    const { value } = target as HTMLSelectElement;
    this.router.go(this.#href(name === "sort" ? { sort: value } : { filters: { only: value } }), { replace: true });
  }

  #href(change: Partial<ListPlace>): string {
    const { history } = appPlaces(this.router, this.app.name);
    return this.router.href(history, listQuery(changedPlace(this.#place, change)));
  }
}

/** An address that somebody has typed may say anything. */
function readHistory({ live }: DeviceApp, asked: URLSearchParams, signal: AbortSignal) {
  const only = SHOWABLE.find((each) => each === asked.get("only"));
  const cursor = asked.get("cursor");
  const query = {
    limit: PAGE_ROWS,
    ...(only && { result: [...SHOWN[only]] }),
    ...(asked.get("sort") === "oldest" && { sort: "oldest" as const }),
    ...(cursor !== null && { cursor }),
  };
  return answerOf(live.client.GET("/update/history", { params: { query }, signal }));
}

function facts({ started_at, finished_at, channel, bytes_downloaded: bytes, resumed, kind }: Outcome) {
  const took = (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
  return [
    timeAgo(finished_at, { focusable: true }),
    ...(kind === "adopt" ? [] : [words.took(duration(took)), words.onChannel(channel)]),
    ...(bytes > 0 ? [size(bytes)] : []),
    ...(resumed ? [words.resumed] : []),
  ];
}

/** As wide as most. */
const SAMPLE = { kind: "install", result: "success", from: "2.0.0", to: "2.0.1" } as const;

function skeleton() {
  return html`<p class="visually-hidden" role="status">${words.loading}</p>
    <ol aria-hidden="true">
      ${[1, 2, 3, 4].map(
        () =>
          html`<li><span></span><div><p><span class="skeleton">${whatWasDone(SAMPLE)} · ${howItEnded(SAMPLE)}</span></p><p class="small"><span class="skeleton">${words.onChannel("stable")} ${words.took("")}</span></p></div></li>`,
      )}
    </ol>`;
}

customElements.define("pawl-app-history", PawlAppHistory);
