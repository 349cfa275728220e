import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { live } from "lit/directives/live.js";
import { Info } from "lucide";
import { canChoose, canFollowAnother } from "../../data/can.ts";
import { answerOf } from "../../data/device.ts";
import type { AppStatus, AppView, LiveApp } from "../../data/live-app.ts";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { dialogWords } from "../../words/dialog.ts";
import { clockTime } from "../../words/format.ts";
import { LastingLoad } from "../lasting-load.ts";
import { act } from "./act.ts";
import type { Asked } from "./acting.ts";
import "./pawl-update-trouble.ts";
import { pressable } from "./pressable.ts";

const words = dialogWords.choices;

type Daily = Pick<AppStatus["auto"], "check" | "time">;

/** Where updates come from, and when they are looked for. */
export class PawlUpdateChoices extends LitElement {
  static override properties = {
    app: { attribute: false },
    view: { attribute: false },
    asked: { attribute: false },
    wanted: { state: true },
    daily: { state: true },
  };
  declare app: LiveApp;
  declare view: AppView;
  declare asked: Asked;
  /** Another channel, chosen and not followed yet. */
  declare wanted: string | null;
  /** The daily check as the reader wants it, and the device hasn't taken it yet. */
  declare daily: Daily | null;

  readonly #channels = new LastingLoad(
    this,
    ([app], signal) => answerOf(app.client.GET("/update/channels", { signal })),
    () => [this.app, this.view.status?.channel] as const,
  );

  static override styles = [
    partLook,
    css`
      .field {
        min-width: 0;
      }
      select.field {
        max-width: min(100%, 320px);
        text-overflow: ellipsis;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
        min-width: 0;
        max-width: 100%;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 32px;
      }
      .notice {
        flex: 1 0 100%;
      }
      :disabled {
        color: var(--text-quiet);
      }
    `,
  ];

  constructor() {
    super();
    this.wanted = null;
    this.daily = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const { status } = this.view;
    if (changed.has("view") && this.wanted === status?.channel) this.wanted = null;
    if (this.asked.pending?.type === "daily") return;
    const isTaken = this.daily?.check === status?.auto.check && this.daily?.time === status?.auto.time;
    const isRefused = changed.has("asked") && this.asked.trouble?.action.type === "daily";
    if (isTaken || isRefused) this.daily = null;
  }

  override render() {
    const { status } = this.view;
    if (status === null) return nothing;
    return html`<section class="tight" aria-label=${words.title}>
      <div class="choices">
        ${this.#channel(status)} ${this.wanted === null ? nothing : this.#confirm(this.wanted, status.channel)}
        ${this.#check(status)}
      </div>
      ${this.#next(status)}
      <pawl-update-trouble .asked=${this.asked} .view=${this.view} .of=${["follow", "daily"]}></pawl-update-trouble>
    </section>`;
  }

  #channel({ channel }: AppStatus) {
    const known = this.#channels.value?.channels ?? [];
    const names = known.includes(channel) ? known : [channel, ...known];
    const can = canFollowAnother(this.view);
    const chosen = this.wanted ?? channel;
    return html`<label title=${can === true ? nothing : dialogWords.reasons[can]}>
      <span>${words.channel}</span>
      <select class="field" ?disabled=${can !== true} .value=${chosen} @change=${this.#choose}>
        ${names.map((name) => html`<option value=${name} ?selected=${name === chosen}>${name}</option>`)}
      </select>
    </label>`;
  }

  #confirm(wanted: string, channel: string) {
    const pending = this.asked.pending?.type === "follow";
    return html`<div class="notice" role="group" aria-label=${words.follow(wanted)}>
      ${icon(Info)}
      <div>
        <p>${words.followChanges(wanted)}</p>
        <div class="row">
          ${pressable({
            can: canFollowAnother(this.view),
            label: words.follow(wanted),
            press: () => act(this, { type: "follow", channel: wanted }),
            pending,
          })}
          <button class="link" type="button" @click=${this.#keep}>${words.keep(channel)}</button>
        </div>
      </div>
    </div>`;
  }

  #check({ auto }: AppStatus) {
    const { check, time } = this.daily ?? auto;
    const can = canChoose(this.view);
    const why = can === true ? nothing : dialogWords.reasons[can];
    return html`<div class="row" title=${why}>
      <label>
        <input type="checkbox" .checked=${live(check)} ?disabled=${can !== true} @change=${this.#switch} />
        <span>${words.daily}</span>
      </label>
      <input
        class="field numbers"
        type="time"
        required
        aria-label=${words.dailyTime}
        .value=${live(time)}
        ?disabled=${can !== true || !check}
        @input=${this.#typed}
        @blur=${this.#setTime}
        @keydown=${(event: KeyboardEvent) => event.key === "Enter" && this.#setTime()}
      />
    </div>`;
  }

  #next({ auto }: AppStatus) {
    if (!auto.check) return html`<p class="quiet small">${words.off}</p>`;
    const next = auto.next_run === null ? null : words.next(clockTime(auto.next_run));
    const installs = auto.install ? (auto.window ? words.alsoInstallsAt(auto.window) : words.alsoInstalls) : null;
    return html`<p class="quiet small">${[installs, next].filter(Boolean).join(" ")}</p>`;
  }

  readonly #choose = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    this.wanted = value === this.view.status?.channel ? null : value;
  };

  readonly #keep = () => {
    this.wanted = null;
    this.renderRoot.querySelector("select")?.focus();
  };

  readonly #switch = (event: Event) => {
    const { auto } = this.view.status ?? {};
    if (!auto) return;
    const enabled = (event.target as HTMLInputElement).checked;
    this.daily = { check: enabled, time: auto.time };
    act(this, { type: "daily", enabled });
  };

  readonly #typed = (event: Event) => {
    this.daily = { check: true, time: (event.target as HTMLInputElement).value };
  };

  /** Once the reader is done with it: each digit makes a valid time of its own. */
  readonly #setTime = () => {
    const { daily } = this;
    if (daily === null || daily.time === this.view.status?.auto.time) return;
    if (/^\d\d:\d\d$/.test(daily.time)) act(this, { type: "daily", enabled: true, time: daily.time });
    else this.daily = null;
  };
}

customElements.define("pawl-update-choices", PawlUpdateChoices);
