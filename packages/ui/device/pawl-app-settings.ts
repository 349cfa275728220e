import { html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { canChoose, canFollowAnother } from "../data/can.ts";
import { answerOf, type DeviceSchemas } from "../data/device.ts";
import type { AppStatus } from "../data/live-app.ts";
import type { DeviceApp } from "../data/live-device.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import { LiveView } from "../elements/live-view.ts";
import { pressable } from "../elements/update/pressable.ts";
import { partLook } from "../look/part.ts";
import { deviceWords } from "../words/device.ts";
import { dialogWords } from "../words/dialog.ts";
import { clockTime } from "../words/format.ts";
import { type Change, Changing, type Own, RESET_ALL, RESETS } from "./changing.ts";
import { loadTrouble } from "./load-trouble.ts";
import "./pawl-window-field.ts";
import { outcomeWords, settingRow } from "./setting-row.ts";
import { settingsLook } from "./settings-look.ts";

const words = deviceWords.settings;

type Settings = DeviceSchemas["SettingsAnswer"];

/** What the owner may choose for an app, each with what it means. A choice counts at once. */
export class PawlAppSettings extends LitElement {
  static override properties = {
    app: { attribute: false },
    wanted: { state: true },
    typed: { state: true },
  };
  declare app: DeviceApp;
  /** Another channel, chosen and not followed yet. */
  declare wanted: string | null;
  /** Another time of the check, typed and not saved yet: each digit makes a valid time of its own. */
  declare typed: string | null;

  readonly #live = new LiveView(this, () => this.app.live);
  readonly #changing = new Changing(this);
  /** What was chosen elsewhere meanwhile shows in status. */
  readonly #load = new LastingLoad(
    this,
    ([app], signal) => answerOf(app.live.client.GET("/update/settings", { signal })),
    () => [this.app, ...chosenIn(this.#live.view.status)] as const,
  );
  readonly #channels = new LastingLoad(
    this,
    ([app], signal) => answerOf(app.live.client.GET("/update/channels", { signal })),
    () => [this.app, this.#live.view.status?.channel] as const,
  );

  static override styles = [partLook, settingsLook];

  constructor() {
    super();
    this.wanted = null;
    this.typed = null;
  }

  override render() {
    const settings = this.#load.value && this.#changing.shown(this.#load.value);
    return html`<section aria-labelledby="title">
      <h2 id="title" class="visually-hidden">${words.title}</h2>
      ${loadTrouble(this, this.#load, { ...words, tryAgain: deviceWords.tryAgain })}
      ${settings === undefined ? (this.#load.isLoading ? skeleton() : nothing) : this.#settings(settings)}
    </section>`;
  }

  #settings(settings: Settings) {
    return html`${this.#channel(settings)} ${this.#check(settings)} ${this.#time(settings)} ${this.#install(settings)}
      ${this.#window(settings)} ${this.#all(settings)}`;
  }

  #channel({ channel, own }: Settings) {
    const { channels = [], warning } = this.#channels.value ?? {};
    const names = channels.includes(channel) ? channels : [channel, ...channels];
    const chosen = this.wanted ?? channel;
    const choice = html`<select
        class="field"
        aria-labelledby="channel"
        aria-describedby="channel-about"
        ?disabled=${canFollowAnother(this.#live.view) !== true}
        .value=${chosen}
        @change=${this.#chooseChannel}
      >
        ${names.map((name) => html`<option value=${name} ?selected=${name === chosen}>${name}</option>`)}
      </select>`;
    const { title, about, old } = words.channel;
    const note = warning === undefined ? nothing : html` ${old}`;
    return this.#setting(
      "channel",
      title,
      html`${about}${note}`,
      choice,
      own,
      this.wanted === null ? undefined : this.#follow(this.wanted),
    );
  }

  /** Said before it is done: what was found in the old one counts no more. */
  #follow(wanted: string) {
    const isWaiting = this.#live.view.status?.phase === "waiting";
    return html`<div class="notice" role="group" aria-label=${words.channelPress(wanted)}>
      <p>${dialogWords.choices.followChanges(wanted)} ${isWaiting ? words.channel.drops : nothing}</p>
      <div class="row">
        ${pressable({
          can: canFollowAnother(this.#live.view),
          label: words.channelPress(wanted),
          press: () => this.#change("channel", { channel: wanted }),
          pending: this.#changing.isSaving,
        })}
        <button class="link" type="button" @click=${() => (this.wanted = null)}>${words.keep}</button>
      </div>
    </div>`;
  }

  #check({ auto, own }: Settings) {
    const { title, about } = words.check;
    const change = (check: boolean) => this.#change("auto.check", { auto: { check } });
    return this.#setting("auto.check", title, about, this.#switch("auto.check", auto.check, change), own);
  }

  #time({ auto, own }: Settings) {
    const { title, about, off, next, save } = words.time;
    const at = this.#live.view.status?.auto.next_run ?? null;
    const typed = this.typed ?? auto.time;
    // While it is typed it may be half a time.
    const isNew = typed !== auto.time && /^\d\d:\d\d$/.test(typed);
    const choice = html`<div class="time">
        <input
          class="field numbers"
          type="time"
          required
          aria-labelledby="auto.time"
          aria-describedby="auto.time-about"
          .value=${live(typed)}
          ?disabled=${!auto.check || !this.#mayChoose}
          @input=${({ target }: Event) => (this.typed = (target as HTMLInputElement).value)}
          @keydown=${({ key }: KeyboardEvent) => (key === "Enter" && isNew ? this.#saveTime(typed) : undefined)}
        />
        ${isNew ? html`<button class="button" type="button" @click=${() => this.#saveTime(typed)}>${save}</button>` : nothing}
      </div>
      ${auto.check ? nothing : html`<p class="quiet small">${off}.</p>`}`;
    const when = auto.check && at !== null ? ` ${next(clockTime(at))}` : "";
    return this.#setting("auto.time", title, `${about}${when}`, choice, own);
  }

  #saveTime(time: string): void {
    // The button goes, and the focus with it.
    this.renderRoot.querySelector<HTMLElement>("input[type=time]")?.focus();
    this.typed = null;
    this.#change("auto.time", { auto: { time } });
  }

  #install({ auto, own }: Settings) {
    const { title, about } = words.install;
    const change = (install: boolean) => this.#change("auto.install", { auto: { install } });
    const choice = html`${this.#switch("auto.install", auto.install, change, auto.check)}
      ${auto.check ? nothing : html`<p class="quiet small">${words.time.off}.</p>`}`;
    return this.#setting("auto.install", title, about, choice, own);
  }

  #window({ window, own }: Settings) {
    const { title, about } = words.window;
    const choice = html`<pawl-window-field
      .value=${window}
      .isDisabled=${!this.#mayChoose}
      @change=${({ detail }: CustomEvent<string>) => this.#change("window", { window: detail })}
    ></pawl-window-field>`;
    return this.#setting("window", title, about, choice, own);
  }

  #all({ own }: Settings) {
    const can = canFollowAnother(this.#live.view);
    const label = own.length === 0 ? words.nothingOwn : words.resetAll;
    const press = () => this.#change("all", RESET_ALL);
    return html`<div class="all">
      ${
        own.length === 0
          ? html`<p class="quiet">${label}.</p>`
          : html`<p class="quiet small">${words.resetAllWhy}</p>
              <div class="row">${pressable({ can, label, press, pending: this.#changing.isSaving })} ${outcomeWords(this.#changing.of("all"))}</div>`
      }
    </div>`;
  }

  #setting(
    of: Own,
    title: string,
    about: string | TemplateResult,
    choice: TemplateResult,
    own: readonly Own[],
    below?: TemplateResult,
  ) {
    const can = of === "channel" ? canFollowAnother(this.#live.view) : canChoose(this.#live.view);
    const reset = own.includes(of) ? () => this.#change(of, RESETS[of]) : null;
    return settingRow({
      of,
      title,
      about,
      choice,
      below,
      outcome: this.#changing.of(of),
      reset,
      can,
      isSaving: this.#changing.isSaving,
    });
  }

  #switch(of: Own, isOn: boolean, change: (isOn: boolean) => void, isUseful = true) {
    return html`<label class="switch">
      <input
        type="checkbox"
        aria-labelledby=${of}
        aria-describedby="${of}-about"
        .checked=${isOn}
        ?disabled=${!isUseful || !this.#mayChoose}
        @change=${({ target }: Event) => change((target as HTMLInputElement).checked)}
      />
      <span aria-hidden="true">${isOn ? words.on : words.off}</span>
    </label>`;
  }

  get #mayChoose(): boolean {
    return canChoose(this.#live.view) === true;
  }

  readonly #chooseChannel = ({ target }: Event) => {
    const { value } = target as HTMLSelectElement;
    this.wanted = value === this.#load.value?.channel ? null : value;
  };

  #change(of: Own | "all", body: Change): void {
    this.#changing.change(this.app.live, of, body, (settings) => {
      if (of === "channel" || of === "all") this.wanted = null;
      // What wasn't answered may have been changed all the same.
      if (settings === null) this.#load.again();
      else this.#load.value = settings;
    });
  }
}

/** What of status is chosen on this page: primitive values, to be compared. */
function chosenIn(status: AppStatus | null) {
  const { auto, channel } = status ?? {};
  return [channel, auto?.check, auto?.time, auto?.install, auto?.window] as const;
}

function skeleton() {
  return html`<p class="visually-hidden" role="status">${words.loading}</p>
    <div aria-hidden="true">
      ${[words.channel, words.check, words.time, words.install, words.window].map(
        ({ title, about }) =>
          html`<div class="setting"><div><h3><span class="skeleton">${title}</span></h3><p><span class="skeleton">${about}</span></p></div></div>`,
      )}
    </div>`;
}

customElements.define("pawl-app-settings", PawlAppSettings);
