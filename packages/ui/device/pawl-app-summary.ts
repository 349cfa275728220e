import { css, html, LitElement, nothing } from "lit";
import { canCheck } from "../data/can.ts";
import { chipState } from "../data/chip-state.ts";
import type { AppStatus, AppView } from "../data/live-app.ts";
import type { DeviceApp } from "../data/live-device.ts";
import { type ObviousAct, obviousAct } from "../data/obvious-act.ts";
import { ChipAnnouncement } from "../elements/chip-announcement.ts";
import { LiveView } from "../elements/live-view.ts";
import { Acting } from "../elements/update/acting.ts";
import { pressable } from "../elements/update/pressable.ts";
import { partLook } from "../look/part.ts";
import { timeAgo } from "../look/time-ago.ts";
import "../elements/update/pawl-update-trouble.ts";
import { markLook, updateMark } from "../elements/update-mark.ts";
import { deviceWords } from "../words/device.ts";

const words = deviceWords.card;

/**
 * How an app stands, and the one obvious thing to do. `pawl-open`: the reader wants its dialog; `pawl-sign-in`: to sign in.
 */
export class PawlAppSummary extends LitElement {
  static override properties = { app: { attribute: false } };
  declare app: DeviceApp;

  readonly #live = new LiveView(this, () => this.app.live);
  readonly #acting = new Acting(this);
  readonly #announcement = new ChipAnnouncement();
  #wasAway = false;

  static override styles = [
    partLook,
    markLook,
    css`
      :host {
        container-type: inline-size;
      }
      .version {
        font-size: 22px;
        line-height: 1.3;
        font-weight: 650;
        overflow-wrap: anywhere;
      }
      .state {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 28px;
        font-weight: 550;
      }
      .state.quiet {
        font-weight: 400;
      }
      progress {
        margin-top: 8px;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
        margin-top: 12px;
      }
      .about {
        margin-top: 4px;
      }
      .trouble {
        margin-top: 12px;
      }
      .about::first-letter {
        text-transform: uppercase;
      }
      @container (min-width: 560px) {
        .whole {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto;
          gap: 0 24px;
          align-items: center;
        }
        .acts {
          margin: 0;
        }
      }
    `,
  ];

  override willUpdate(): void {
    const isAway = this.#live.view.awaySince !== null;
    // That it didn't answer is over when it does.
    if (this.#wasAway && !isAway) this.#acting.forget();
    this.#wasAway = isAway;
  }

  override render() {
    const { view } = this.#live;
    const now = Date.now();
    const state = chipState(view, now);
    this.#announcement.hear(state);
    const { percent } = state;
    return html`<div class="whole"><div>${this.#version(view.status)}
      <p class="state ${state.tone}">
        <span class="mark ${state.tone}">${updateMark(state)}</span>
        ${state.words}
      </p>
      <span class="visually-hidden" role="status">${this.#announcement.said}</span>
      ${percent === undefined ? nothing : html`<progress max="100" value=${percent} aria-label=${state.words}></progress>`}
      ${this.#about(view.status)}</div>
      <div class="acts">${this.#acts(obviousAct(state, view.status), view, now)}</div></div>
      ${this.#acting.asked.trouble === null ? nothing : html`<div class="trouble"><pawl-update-trouble .asked=${this.#acting.asked} .view=${view} .of=${["check"]}></pawl-update-trouble></div>`}`;
  }

  override updated(): void {
    // Not even looking is allowed any more.
    if (this.#live.view.trouble?.code !== "unauthorized") return;
    this.dispatchEvent(new Event("pawl-refused", { bubbles: true, composed: true }));
  }

  #version(status: AppStatus | null) {
    if (status === null) return html`<p class="version"><span class="skeleton">0.0.0</span></p>`;
    const { current_version: version } = status;
    if (version === null) return html`<p class="version quiet">${words.nothing}</p>`;
    return html`<p class="version numbers"><span class="visually-hidden">${words.version} </span>${version}</p>`;
  }

  #about(status: AppStatus | null) {
    if (status === null) return html`<p class="about small"><span class="skeleton">${words.neverChecked}</span></p>`;
    const { channel, last_checked: checked, auto } = status;
    const parts = [
      words.follows(channel),
      checked === null ? words.neverChecked.toLowerCase() : html`${words.checked.toLowerCase()} ${timeAgo(checked)}`,
      auto.check ? words.checksAt(auto.time) : words.noDaily,
    ];
    return html`<p class="about quiet small">${parts.map((part, at) => html`${at === 0 ? nothing : " · "}${part}`)}</p>`;
  }

  #acts(act: ObviousAct, view: AppView, now: number) {
    const { acts } = deviceWords;
    const details = html`<button class="link" type="button" @click=${this.#open}>${words.details}</button>`;
    switch (act.do) {
      case "open": {
        const label = "version" in act ? acts[act.words](act.version) : acts[act.words];
        const primary = "version" in act;
        return pressable({ can: true, label, press: this.#open, primary });
      }
      case "check":
        return html`${pressable({
          can: canCheck(view, now),
          label: view.status?.state === "checking" ? acts.checking : acts.check,
          press: () => void this.#acting.ask(this.app.live, { type: "check" }),
          pending: this.#acting.asked.pending !== null,
        })}
        ${details}`;
      case "sign-in":
        return pressable({ can: true, label: acts.signIn, press: this.#signIn, primary: true });
      case "nothing":
        return pressable({ can: canCheck(view, now), label: acts.check, press: () => undefined });
    }
  }

  readonly #open = () =>
    this.dispatchEvent(new CustomEvent("pawl-open", { detail: this.app, bubbles: true, composed: true }));

  readonly #signIn = () =>
    this.dispatchEvent(new Event("pawl-sign-in", { bubbles: true, composed: true, cancelable: true }));
}

customElements.define("pawl-app-summary", PawlAppSummary);
