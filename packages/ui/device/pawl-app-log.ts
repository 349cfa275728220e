import { css, html, LitElement, nothing } from "lit";
import { answerOf, type DeviceSchemas } from "../data/device.ts";
import type { LogLine } from "../data/live-app.ts";
import type { DeviceApp } from "../data/live-device.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import { LiveView } from "../elements/live-view.ts";
import "../elements/pawl-log.ts";
import type { LogViewLine } from "../elements/log/log-line.ts";
import { partLook } from "../look/part.ts";
import type { Router } from "../look/router.ts";
import { deviceWords } from "../words/device.ts";
import { relativeTime } from "../words/format.ts";
import { howItEnded, type Outcome, whatWasDone } from "../words/outcome.ts";
import { appPlaces } from "./app-places.ts";
import { headLook } from "./head-look.ts";
import { loadTrouble } from "./load-trouble.ts";

const words = deviceWords.log;

/** So many updates are offered to choose from. */
const OFFERED = 50;
/** In so many one is looked for that isn't among those: as many as a device tells at once. */
const LOOKED_THROUGH = 1_000;

type Line = LogLine & Partial<Pick<DeviceSchemas["LogAnswer"]["lines"][number], "at">>;

/** The log of one of an app's updates: live, of the one that runs. Which one, and at which line, is in the address. */
export class PawlAppLog extends LitElement {
  static override properties = {
    app: { attribute: false },
    router: { attribute: false },
    query: { type: String },
  };
  declare app: DeviceApp;
  declare router: Router;
  declare query: string;

  readonly #live = new LiveView(this, () => this.app.live);
  readonly #history = new LastingLoad(
    this,
    ([app], signal) => readPast(app, OFFERED, signal),
    () => [this.app, this.#live.view.status?.update_id, this.#runs()] as const,
  );
  /** For the name of an older one, which a link led to. */
  readonly #older = new LastingLoad(
    this,
    ([app], signal) => readPast(app, LOOKED_THROUGH, signal),
    () => (this.#isOlder ? [this.app] : null),
  );
  readonly #log = new LastingLoad(
    this,
    ([app, id], signal) => answerOf(app.live.client.GET("/update/log", { params: { query: { id } }, signal })),
    () => {
      const id = this.#id;
      return id === undefined || this.#runs(id) ? null : ([this.app, id] as const);
    },
  );
  #mapped: { of: readonly Line[]; lines: readonly LogViewLine[] } = { of: [], lines: [] };

  static override styles = [
    partLook,
    headLook,
    css`
      label {
        flex: 1 1 280px;
        min-width: 0;
      }
      select {
        flex: 1 1 auto;
        min-width: 0;
        max-width: 460px;
        text-overflow: ellipsis;
      }
      pawl-log {
        --log-height: max(240px, calc(100dvh - 320px));
      }
    `,
  ];

  override render() {
    const id = this.#id;
    const { status, lines: live } = this.#live.view;
    const runs = id !== undefined && this.#runs(id);
    const of: readonly Line[] | undefined = runs ? live : this.#log.value?.lines;
    const isLoading = status === null || (!runs && this.#log.isLoading);
    return html`<section aria-labelledby="title">
      <div class="head">
        <h2 id="title" class="visually-hidden">${words.title}</h2>
        ${id === undefined ? nothing : this.#choice(id)}
      </div>
      ${
        status !== null && id === undefined
          ? html`<p class="quiet">${deviceWords.history.empty}</p>`
          : html`${loadTrouble(this, this.#log, { ...words, tryAgain: deviceWords.tryAgain })}
              ${!isLoading && of?.length === 0 && !runs ? html`<p class="quiet">${words.gone}</p>` : this.#lines(of ?? [], isLoading, runs)}`
      }
    </section>`;
  }

  #lines(of: readonly Line[], isLoading: boolean, following: boolean) {
    const line = Number(new URLSearchParams(this.query).get("line"));
    return html`<pawl-log
      .lines=${this.#view(of)}
      .line=${Number.isInteger(line) && line > 0 ? line : null}
      .hrefOf=${this.#hrefOf}
      .following=${following}
      .isLoading=${isLoading}
      .name=${words.region(this.app.title)}
      @line=${({ detail }: CustomEvent<number>) => this.router.go(this.#hrefOf(detail), { replace: true })}
    ></pawl-log>`;
  }

  #choice(id: string) {
    const past = this.#history.value ?? [];
    return html`<label>
      <span class="quiet small">${words.which}</span>
      <select class="field" @change=${this.#choose}>
        ${past.some((outcome) => outcome.id === id) ? nothing : html`<option value=${id} selected>${this.#unlisted(id)}</option>`}
        ${past.map((outcome) => html`<option value=${outcome.id} ?selected=${outcome.id === id}>${optionOf(outcome)}</option>`)}
      </select>
    </label>`;
  }

  #unlisted(id: string): string {
    const { update } = this.#live.view.status ?? {};
    if (update && this.#runs(id)) return words.running(whatWasDone(update));
    const found = this.#older.value?.find((outcome) => outcome.id === id);
    return found ? optionOf(found) : id;
  }

  get #isOlder(): boolean {
    const { value: past } = this.#history;
    const id = this.#id;
    return past !== undefined && id !== undefined && !this.#runs(id) && !past.some((outcome) => outcome.id === id);
  }

  /** The one that the address names, else the newest; undefined: there was none. */
  get #id(): string | undefined {
    return new URLSearchParams(this.query).get("id") ?? this.#live.view.status?.update_id ?? undefined;
  }

  #runs(id?: string): boolean {
    const { status } = this.#live.view;
    return status?.state === "installing" && (id === undefined || id === status.update_id);
  }

  /** As the log wants them; the same lines stay the same. */
  #view(of: readonly Line[]): readonly LogViewLine[] {
    const { of: before, lines } = this.#mapped;
    if (of === before) return lines;
    const isLonger = before.length > 0 && of.length >= before.length && of[0] === before[0];
    const known = isLonger ? lines : [];
    const more = of.slice(known.length).map((line, at) => viewOf(line, known.length + at + 1));
    this.#mapped = { of, lines: [...known, ...more] };
    return this.#mapped.lines;
  }

  readonly #hrefOf = (line: number) =>
    this.router.href(appPlaces(this.router, this.app.name).log, { id: this.#id ?? "", line: String(line) });

  readonly #choose = ({ target }: Event) => {
    const { log } = appPlaces(this.router, this.app.name);
    this.router.go(this.router.href(log, { id: (target as HTMLSelectElement).value }));
  };
}

/** Those that have a log. */
async function readPast({ live }: DeviceApp, limit: number, signal: AbortSignal): Promise<Outcome[]> {
  const { updates } = await answerOf(live.client.GET("/update/history", { params: { query: { limit } }, signal }));
  return updates.filter(({ kind }) => kind !== "adopt");
}

function viewOf({ line, level, at }: Line, number: number): LogViewLine {
  return { number, text: line, at: at ?? null, tone: level === "warn" || level === "error" ? level : null };
}

function optionOf(outcome: Outcome): string {
  return words.ended(whatWasDone(outcome), words.lowerFirst(howItEnded(outcome)), relativeTime(outcome.finished_at));
}

customElements.define("pawl-app-log", PawlAppLog);
