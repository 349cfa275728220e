import { css, html, LitElement, nothing } from "lit";
import { Ban, Check, CircleAlert, Undo2 } from "lucide";
import { answerOf } from "../data/device.ts";
import type { DeviceApp } from "../data/live-device.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import { LiveView } from "../elements/live-view.ts";
import { icon } from "../look/icon.ts";
import { partLook } from "../look/part.ts";
import type { Router } from "../look/router.ts";
import { timeAgo } from "../look/time-ago.ts";
import { deviceWords } from "../words/device.ts";
import { duration, number, size } from "../words/format.ts";
import { howItEnded, type Outcome, whatWasDone, whyItFailed } from "../words/outcome.ts";
import { appPlaces } from "./app-places.ts";
import { headLook } from "./head-look.ts";
import { loadTrouble } from "./load-trouble.ts";

const words = deviceWords.history;

/** So many are shown at first, and each time somebody wants more. */
const STEP = 25;
/** A device keeps no more than it tells at once. */
const MOST = 1_000;

const ICONS = { success: Check, failed: CircleAlert, rolled_back: Undo2, undone: Undo2, cancelled: Ban };
const TONES = { success: "", failed: "danger", rolled_back: "warn", undone: "warn", cancelled: "" };

/** What became of each update, the newest first. How many, and which, is in the address. */
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
  /** One more than is shown, to know whether there are any. */
  readonly #load = new LastingLoad(
    this,
    ([app, limit], signal) =>
      answerOf(app.live.client.GET("/update/history", { params: { query: { limit } }, signal })),
    () => {
      const { update_id: id, state } = this.#live.view.status ?? {};
      const limit = this.#isFiltered ? MOST : Math.min(MOST, this.#shown + 1);
      return [this.app, limit, id, state === "installing"] as const;
    },
  );

  static override styles = [
    partLook,
    headLook,
    css`
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
      .why {
        margin-top: 2px;
      }
      a {
        align-content: center;
        align-self: start;
        min-height: 44px;
        padding: 0 4px;
        margin: -10px 0;
      }
    `,
  ];

  get #shown(): number {
    const asked = Number(new URLSearchParams(this.query).get("show"));
    return Number.isInteger(asked) && asked > 0 && asked <= MOST ? asked : STEP;
  }

  get #isFiltered(): boolean {
    return new URLSearchParams(this.query).get("only") === "trouble";
  }

  override render() {
    const { value } = this.#load;
    const all = value?.updates;
    const wanted = this.#isFiltered ? all?.filter(isTrouble) : all;
    return html`<section aria-labelledby="title">
      <div class="head">
        <h2 id="title" class="visually-hidden">${words.title}</h2>
        ${all === undefined || all.length === 0 ? nothing : this.#filter()}
      </div>
      ${loadTrouble(this, this.#load, words)}
      ${wanted === undefined ? (this.#load.isLoading ? skeleton() : nothing) : this.#list(wanted)}
    </section>`;
  }

  #filter() {
    const { all, trouble } = words.filters;
    return html`<label>
      <span class="quiet small">${words.filter}</span>
      <select class="field" @change=${this.#choose}>
        <option value="" ?selected=${!this.#isFiltered}>${all}</option>
        <option value="trouble" ?selected=${this.#isFiltered}>${trouble}</option>
      </select>
    </label>`;
  }

  #list(wanted: readonly Outcome[]) {
    if (wanted.length === 0) return html`<p class="quiet">${this.#isFiltered ? words.noTrouble : words.empty}</p>`;
    const shown = wanted.slice(0, this.#shown);
    const isMore = wanted.length > shown.length;
    const count = number(shown.length);
    return html`<ol>
        ${shown.map((outcome) => this.#line(outcome))}
      </ol>
      <p class="row">
        <span class="quiet small" role="status">${isMore ? words.shown(count) : words.all(count)}</span>
        ${isMore ? html`<button class="link" type="button" @click=${this.#more}>${words.more}</button>` : nothing}
      </p>`;
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
        <p class="quiet small numbers">${facts(outcome).map((fact, at) => html`${at === 0 ? nothing : " · "}${fact}`)}</p>
      </div>
      ${kind === "adopt" ? nothing : html`<a href=${log} aria-label=${words.logOf(what)}>${words.log}</a>`}
    </li>`;
  }

  readonly #choose = ({ target }: Event) => this.#go({ only: (target as HTMLSelectElement).value, show: "" });

  readonly #more = () => this.#go({ show: String(Math.min(MOST, this.#shown * 2)) });

  #go(change: Record<string, string>): void {
    const now = Object.fromEntries(new URLSearchParams(this.query));
    const { history } = appPlaces(this.router, this.app.name);
    this.router.go(this.router.href(history, { ...now, ...change }), { replace: true });
  }
}

function isTrouble({ result }: Outcome): boolean {
  return result !== "success" && result !== "cancelled";
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
