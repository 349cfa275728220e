import { css, html, LitElement, noChange, nothing } from "lit";
import { LogIn, LogOut } from "lucide";
import { chipState } from "../data/chip-state.ts";
import { ApiFailure } from "../data/failure.ts";
import type { DeviceApp } from "../data/live-device.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import { LiveView } from "../elements/live-view.ts";
import "../elements/pawl-update-dialog.ts";
import type { PawlUpdateDialog } from "../elements/pawl-update-dialog.ts";
import "../elements/update/pawl-away.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { brandMark, frameLook } from "../look/page-frame.ts";
import { apiRoot, Router } from "../look/router.ts";
import { deviceWords as words } from "../words/device.ts";
import { appPlaceOf, appPlaces } from "./app-places.ts";
import "./pawl-app-card.ts";
import "./pawl-app-page.ts";
import "./pawl-sign-in.ts";
import { Session } from "./session.ts";

/** In the address: whose dialog is open. */
const DIALOG = "update";

/** The page of a device: its apps, each app's past and settings, and signing in where that is asked for. */
export class PawlDevicePage extends LitElement {
  readonly #router = new Router(this);
  readonly #session = new Session(this, { url: apiRoot() });
  readonly #apps = new LastingLoad(
    this,
    ([device], signal) => device.apps(signal),
    () => [this.#session.device] as const,
  );
  /** All of them are away at once. */
  readonly #live = new LiveView(this, () => this.#apps.value?.[0]?.live ?? null);
  #awaySince: number | null = null;
  /** Where the reader was at the last drawing. */
  #shown: string | null = null;

  static override styles = [
    base,
    frameLook,
    css`
      .apps {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr));
        gap: 16px;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        max-width: none;
      }
      .waits {
        display: grid;
        align-content: start;
        justify-items: start;
        gap: 10px;
        padding: 20px;
      }
      .apps .waits {
        min-height: 256px;
      }
    `,
  ];

  constructor() {
    super();
    this.addEventListener("pawl-open", (event) => {
      this.#router.open(DIALOG, (event as CustomEvent<DeviceApp>).detail.name);
    });
    this.addEventListener("pawl-sign-in", (event) => {
      event.preventDefault();
      this.#session.ask("for-changes");
    });
    this.addEventListener("pawl-refused", () => this.#session.ask("for-all"));
  }

  override render() {
    const isAsked = this.#isAsked;
    this.#awaySince = this.#apps.delay === null ? null : (this.#awaySince ?? Date.now());
    return html`<header>
        <a class="brand" href=${this.#router.href("")}>${brandMark} <strong>${words.title}</strong></a>
        ${isAsked ? nothing : this.#whoLooks()}
      </header>
      <main id="main" tabindex="-1">${isAsked ? this.#signIn() : this.#content()}</main>
      ${isAsked ? nothing : this.#dialog()}`;
  }

  override updated(): void {
    this.#followAddress();
    this.#keepFocus();
    if (isRefused(this.#apps.error)) this.#session.ask("for-all");
    const place = appPlaceOf(this.#router.place.path);
    const app = this.#apps.value?.find(({ name }) => name === place?.app);
    document.title = words.pageTitle(app ? [app.title] : []);
  }

  /** The dialog is open while the address says so; also once somebody has signed in meanwhile. */
  #followAddress(): void {
    if (this.#opened === null) this.#shownDialog?.close();
    else this.#shownDialog?.show();
  }

  /** What was focused is gone with the page or the dialog that it was on: whoever reads on begins at what is there now. */
  #keepFocus(): void {
    const shown = this.#isAsked ? "sign-in" : `${this.#router.place.path} ${this.#opened}`;
    const isOther = this.#shown !== null && shown !== this.#shown;
    this.#shown = shown;
    const root = this.renderRoot as ShadowRoot;
    if (isOther && root.activeElement === null) root.querySelector("main")?.focus({ preventScroll: true });
  }

  /** The name of the app whose dialog is open. */
  get #opened(): string | null {
    return this.#router.place.query.get(DIALOG);
  }

  get #shownDialog(): PawlUpdateDialog | null {
    return this.renderRoot.querySelector("pawl-update-dialog");
  }

  get #isAsked(): boolean {
    return this.#session.asks !== "nothing" || isRefused(this.#apps.error);
  }

  #content() {
    const { value: apps, error } = this.#apps;
    if (apps !== undefined) return html`${this.#away()}${this.#place(apps)}`;
    if (error instanceof ApiFailure) return this.#failed(error);
    const isOfApp = appPlaceOf(this.#router.place.path) !== null;
    return html`${isOfApp ? nothing : html`<h1>${words.appsOn(location.hostname)}</h1>`}
      ${this.#awaySince === null ? nothing : html`<pawl-away .since=${this.#awaySince}></pawl-away>`}
      <p class="visually-hidden" role="status">${words.loading}</p>
      ${isOfApp ? waitingApp : html`<div class="apps" aria-hidden="true">${waitingCard}</div>`}`;
  }

  /** Unless it is away for an update's sake, which the update says itself. */
  #away() {
    const { view } = this.#live;
    const isAway = view.status !== null && chipState(view, Date.now()).name === "away";
    return isAway ? html`<pawl-away .since=${view.awaySince}></pawl-away>` : nothing;
  }

  #place(apps: readonly DeviceApp[]) {
    const { path, query } = this.#router.place;
    if (path === "" || path === "apps") return this.#overview(apps);
    const place = appPlaceOf(path);
    const back = html`<p><a href=${this.#router.href("")}>${words.allApps}</a></p>`;
    if (place === null) return html`<h1>${words.unknownPage}</h1>${back}`;
    const app = apps.find(({ name }) => name === place.app);
    if (app === undefined) return html`<h1>${words.unknownApp(place.app)}</h1>${back}`;
    return html`<pawl-app-page
      .app=${app}
      .page=${place.page}
      .query=${query.toString()}
      .router=${this.#router}
      .isOnly=${apps.length === 1}
    ></pawl-app-page>`;
  }

  #overview(apps: readonly DeviceApp[]) {
    return html`<h1>${words.appsOn(location.hostname)}</h1>
      ${
        apps.length === 0
          ? html`<p>${words.noApps}</p>`
          : html`<ul class="apps">
              ${apps.map(
                (app) =>
                  html`<li><pawl-app-card .app=${app} .places=${appPlaces(this.#router, app.name)}></pawl-app-card></li>`,
              )}
            </ul>`
      }`;
  }

  #failed({ message }: ApiFailure) {
    return html`<h1>${words.appsOn(location.hostname)}</h1>
      <div class="card" role="alert">
        <p>${words.failed} ${message}</p>
        <button class="button" type="button" @click=${() => this.#apps.again()}>${words.tryAgain}</button>
      </div>`;
  }

  #signIn() {
    return html`<pawl-sign-in
      .client=${this.#session.device.client}
      .isOptional=${this.#session.asks === "for-changes"}
      @pawl-signed-in=${() => this.#session.begun()}
      @pawl-cancel=${() => this.#session.forgo()}
    ></pawl-sign-in>`;
  }

  #whoLooks() {
    const { offers } = this.#session;
    if (offers === null) return nothing;
    if (offers === "sign-in") {
      return html`<button class="link" type="button" @click=${() => this.#session.ask("for-changes")}>${icon(LogIn)} ${words.signIn.press}</button>`;
    }
    // A device that doesn't answer is said to be away; one can press again.
    const press = () => void this.#session.end().catch(() => undefined);
    return html`<button class="link" type="button" @click=${press}>${icon(LogOut)} ${words.signIn.out}</button>`;
  }

  #dialog() {
    const opened = this.#opened;
    // It goes once it is closed, for it gives the focus back and notes what was read.
    if (opened === null) return this.#shownDialog?.isOpen ? noChange : nothing;
    const app = this.#apps.value?.find(({ name }) => name === opened);
    if (app === undefined) return nothing;
    return html`<pawl-update-dialog .app=${app.live} .name=${app.title} @close=${this.#closed}></pawl-update-dialog>`;
  }

  readonly #closed = () => {
    this.#router.close(DIALOG);
    this.requestUpdate();
  };
}

/** An app's card, before anything is known of it. */
const waitingCard = html`<div class="card waits">
  <h2><span class="skeleton">${words.loading}</span></h2>
  <h1><span class="skeleton">0.0.0</span></h1>
  <p><span class="skeleton">${words.loading}</span></p>
  <p class="small"><span class="skeleton">${words.loading} ${words.loading}</span></p>
</div>`;

/** An app's page, the same. */
const waitingApp = html`<h1 class="visually-hidden">${words.title}</h1>
  <h1 aria-hidden="true"><span class="skeleton">${words.loading}</span></h1>
  <div class="card waits" aria-hidden="true">
    <h1><span class="skeleton">0.0.0</span></h1>
    <p><span class="skeleton">${words.loading}</span></p>
  </div>`;

const isRefused = (error: unknown) => error instanceof ApiFailure && error.code === "unauthorized";

customElements.define("pawl-device-page", PawlDevicePage);
