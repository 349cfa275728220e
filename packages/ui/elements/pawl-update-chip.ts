import { html, LitElement, nothing, type PropertyValues } from "lit";
import { type ChipState, chipState } from "../data/chip-state.ts";
import { answerOf, deviceClient } from "../data/device.ts";
import { mayComeBack } from "../data/event-stream.ts";
import { ApiFailure } from "../data/failure.ts";
import { type AppStatus, LiveApp } from "../data/live-app.ts";
import { chipWords as words } from "../words/chip.ts";
import { ChipAnnouncement } from "./chip-announcement.ts";
import { chipLook } from "./chip-look.ts";
import { LiveView } from "./live-view.ts";
import type { PawlUpdateDialog } from "./pawl-update-dialog.ts";
import { updateMark } from "./update-mark.ts";

/** What `pawl-update-state` tells the page around. `status`: as `GET status` has it; null: nothing was heard yet. */
export type ChipEvent = CustomEvent<ChipState & { status: AppStatus | null }>;

const OPENING = { icon: "spinner" } as const;
/** So long it says that the dialog can't be loaded, in milliseconds. */
const UNLOADABLE_MS = 5_000;

/**
 * How an app's updates stand, in a word; opens the dialog. Quiet when there is nothing to do. Fires `pawl-update-state` at
 * each change of what it says.
 */
export class PawlUpdateChip extends LitElement {
  static override properties = {
    api: { type: String },
    appName: { type: String, attribute: "app" },
    token: { type: String },
    name: { type: String },
    mock: { type: String },
    app: { attribute: false },
    fetch: { attribute: false },
    isOpen: { state: true },
    isOpening: { state: true },
    cannotOpen: { state: true },
    deviceTitle: { state: true },
  };
  /** Where the API is when the page doesn't say: the script's own place; without a slash at the end. */
  static home = "";

  /** The root of the device's API, as `https://device.example`. */
  declare api: string | null;
  /** Of a device with several apps; empty: its first. */
  declare appName: string;
  declare token: string | null;
  /** The app's name for people. */
  declare name: string;
  /** In place of a device: the address of a file that mock-status has written. */
  declare mock: string | null;
  /** In place of `api`, `app` and `token`: an app that the page around has already. */
  declare app: LiveApp | null;
  /** In place of the network. */
  declare fetch: typeof globalThis.fetch | null;
  declare isOpen: boolean;
  /** The dialog is on its way. */
  declare isOpening: boolean;
  /** Why the dialog can't be opened, for a moment after somebody wanted to. */
  declare cannotOpen: string | null;
  /** The name that the device itself has for it. */
  declare deviceTitle: string;

  #own: LiveApp | null = null;
  readonly #live = new LiveView(this, () => this.app ?? this.#own);
  #told: ChipState | null = null;
  #isPrepared = false;
  readonly #announcement = new ChipAnnouncement();

  static override styles = chipLook;

  constructor() {
    super();
    this.api = null;
    this.appName = "";
    this.token = null;
    this.name = "";
    this.mock = null;
    this.app = null;
    this.fetch = null;
    this.isOpen = false;
    this.isOpening = false;
    this.cannotOpen = null;
    this.deviceTitle = "";
  }

  /** Looks now how things stand, as when the page around was refreshed. Asks nothing of the update server. */
  refresh(): void {
    (this.app ?? this.#own)?.refresh();
  }

  /** Opens the dialog, as a press does. */
  show(): void {
    void this.#open();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const isOther = (["api", "appName", "token", "mock", "fetch"] as const).some((each) => changed.has(each));
    if (this.app === null && (isOther || this.#own === null)) this.#own = this.#ownApp();
    if (isOther || changed.has("app")) this.deviceTitle = "";
  }

  override render() {
    const state = this.#state();
    this.#announcement.hear(state);
    const shown = this.isOpening ? words.opening : (this.cannotOpen ?? state.words);
    return html`<div class="ground">
      <button
        type="button"
        class=${state.tone}
        aria-haspopup="dialog"
        title=${words.open}
        @click=${this.#open}
        @pointerenter=${this.#prepare}
        @focus=${this.#prepare}
      >
        <span class="mark ${state.tone}">${updateMark(this.isOpening ? OPENING : state)}</span>
        <span><span class="visually-hidden">${words.updatesOf(this.name || this.deviceTitle || this.appName)} </span>${shown}</span>
      </button>
      <span class="visually-hidden" role="status">${this.cannotOpen ?? this.#announcement.said}</span>
      ${
        this.isOpen
          ? html`<pawl-update-dialog
              .app=${this.app ?? this.#own}
              .name=${this.name || this.deviceTitle}
              @close=${() => (this.isOpen = false)}
            ></pawl-update-dialog>`
          : nothing
      }
    </div>`;
  }

  override updated(): void {
    this.#prepareForUpdate();
    const state = this.#state();
    const told = this.#told;
    const isSame = told?.name === state.name && told.words === state.words && told.percent === state.percent;
    if (isSame) return;
    this.#told = state;
    const detail = { ...state, status: this.#live.view.status };
    this.dispatchEvent(new CustomEvent("pawl-update-state", { detail, bubbles: true, composed: true }));
  }

  #state(): ChipState {
    return chipState(this.#live.view, Date.now());
  }

  #ownApp(): LiveApp {
    const url = (this.api ?? PawlUpdateChip.home).replace(/\/+$/, "");
    const { appName, token, mock } = this;
    const fetch = mock === null ? this.fetch : mocked(mock);
    return new LiveApp({ url, app: appName, token: token ?? undefined, ...(fetch && { fetch }) });
  }

  /** An update may take the device away for a while: what shows it is there before. */
  #prepareForUpdate(): void {
    const { status, awaySince } = this.#live.view;
    if (this.#isPrepared || status?.state !== "installing" || awaySince !== null) return;
    this.#isPrepared = true;
    void loadDialog().catch(() => undefined);
  }

  /** Whoever is about to press doesn't wait afterwards. */
  readonly #prepare = () => void this.#load().catch(() => undefined);

  readonly #open = async () => {
    this.isOpening = true;
    try {
      await this.#load();
      this.cannotOpen = null;
    } catch (error) {
      // The device answered, and what it has by now isn't what this page knows; or the browser keeps that it failed once.
      this.#tellUnloadable(error instanceof ApiFailure ? words.cannotOpen : words.reloadToOpen);
      return;
    } finally {
      this.isOpening = false;
    }
    this.isOpen = true;
    await this.updateComplete;
    this.renderRoot.querySelector<PawlUpdateDialog>("pawl-update-dialog")?.show();
    if (this.name === "" && this.deviceTitle === "") void this.#askTitle();
  };

  #tellUnloadable(why: string): void {
    this.cannotOpen = why;
    setTimeout(() => (this.cannotOpen = null), UNLOADABLE_MS);
  }

  /**
   * Asks first whether the device is there: many browsers don't load again what they once couldn't load (whatwg/html#6768).
   * @throws ApiFailure when it isn't; else what keeps the dialog from being loaded
   */
  async #load(): Promise<void> {
    if (customElements.get("pawl-update-dialog")) return;
    try {
      await (this.app ?? this.#own)?.ask((client) => client.GET("/update/status"));
    } catch (error) {
      // Whoever refuses is there.
      if (!(error instanceof ApiFailure) || mayComeBack(error)) throw error;
    }
    await loadDialog();
  }

  async #askTitle(): Promise<void> {
    const asked = this.app ?? this.#own;
    if (asked === null) return;
    const { options } = asked;
    try {
      const { apps } = await answerOf(deviceClient(options).GET("/api/apps"));
      const own = options.app === "" ? apps[0] : apps.find(({ name }) => name === options.app);
      if (asked === (this.app ?? this.#own)) this.deviceTitle = own?.title ?? "";
    } catch {
      // It goes without.
    }
  }
}

const loadDialog = () => import("./pawl-update-dialog.ts");

/** Loaded only where it is wanted. */
function mocked(address: string): typeof globalThis.fetch {
  const device = import("../embed/mock-device.ts").then(({ mockDevice }) => mockDevice(address));
  return async (...call) => (await device)(...call);
}

// Two devices' scripts may be on one page.
if (!customElements.get("pawl-update-chip")) customElements.define("pawl-update-chip", PawlUpdateChip);
