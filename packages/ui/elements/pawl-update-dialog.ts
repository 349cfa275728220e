import { html, LitElement, nothing, type PropertyValues } from "lit";
import { X } from "lucide";
import { isWaiting } from "../data/can.ts";
import { type Pane, paneOf, tellsOfEnd } from "../data/dialog-pane.ts";
import type { AppStatus, AppView, LiveApp } from "../data/live-app.ts";
import { standingOf } from "../data/standing.ts";
import { type Action, markSeen } from "../data/update-actions.ts";
import { icon } from "../look/icon.ts";
import { dialogWords as words } from "../words/dialog.ts";
import { LiveView } from "./live-view.ts";
import { Acting } from "./update/acting.ts";
import { announcement } from "./update/announcement.ts";
import { dialogLook } from "./update/dialog-look.ts";
import { NewsLoad } from "./update/news-load.ts";
import "./update/pawl-away.ts";
import "./update/pawl-update-ended.ts";
import "./update/pawl-update-foot.ts";
import "./update/pawl-update-overview.ts";
import "./update/pawl-update-refused.ts";
import "./update/pawl-update-running.ts";
import "./update/pawl-update-skeleton.ts";

/**
 * The updates of an app: what there is, what runs, how it ended. Everything shown comes from the app's live state, so that
 * it is the same after a reload and for a second reader. Fires `close`, and `pawl-sign-in` for who has no token:
 * a page that has a place for that cancels the event.
 */
export class PawlUpdateDialog extends LitElement {
  static override properties = {
    app: { attribute: false },
    name: { type: String },
    isOpen: { state: true },
  };
  declare app: LiveApp | null;
  /** The app's name for people. */
  declare name: string;
  declare isOpen: boolean;

  readonly #live = new LiveView(this, () => (this.isOpen ? this.app : null));
  readonly #acting = new Acting(this);
  readonly #news = new NewsLoad(this, () => this.#wantsNews());
  /** The status that told how the last update ended, until the reader puts it aside. */
  #ended: AppStatus | null = null;
  /** Of which update the reader has put the end aside. */
  #aside: string | null = null;
  #pane: Pane | null = null;
  #said = "";

  static override styles = dialogLook;

  constructor() {
    super();
    this.app = null;
    this.name = "";
    this.isOpen = false;
  }

  /** Opens it, over everything else on the page. */
  show(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.app?.refresh();
    void this.updateComplete.then(() => this.#dialog?.showModal());
  }

  close(): void {
    this.#dialog?.close();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.isOpen = false;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("app")) return;
    this.#ended = null;
    this.#acting.forget();
  }

  override render() {
    if (!this.isOpen) return nothing;
    this.#hear(this.#live.view);
    const pane = this.#paneNow();
    return html`<dialog aria-labelledby="title" closedby="any" @close=${this.#closed}>
      <div class="head">
        <div>
          <h2 id="title" tabindex="-1" autofocus>${words.title(this.name)}</h2>
          <p class="quiet small">${words.aboutApp}</p>
        </div>
        <button class="close" type="button" aria-label=${words.close} title=${words.close} @click=${() => this.close()}>
          ${icon(X)}
        </button>
      </div>
      <div
        class="body"
        @pawl-act=${this.#act}
        @pawl-done=${() => this.close()}
        @pawl-dismiss=${this.#putAside}
        @pawl-news=${this.#moreNews}
        @pawl-watch=${() => this.#acting.forget()}
      >
        ${this.#away(pane)} ${this.#content(pane)}
      </div>
      <p class="visually-hidden" role="status">${this.#said}</p>
    </dialog>`;
  }

  override updated(): void {
    const pane = this.isOpen ? this.#paneNow() : null;
    const isOther = pane !== this.#pane && this.#pane !== null && pane !== null;
    this.#pane = pane;
    // What was focused may be gone with the pane it was in.
    if (isOther && !(this.renderRoot as ShadowRoot).activeElement) this.#title?.focus();
  }

  #content(pane: Pane) {
    const { app } = this;
    const { view } = this.#live;
    const { asked } = this.#acting;
    if (app === null) return nothing;
    switch (pane) {
      case "asking":
        return html`<pawl-update-skeleton></pawl-update-skeleton>`;
      case "refused":
        return view.trouble ? html`<pawl-update-refused .failure=${view.trouble}></pawl-update-refused>` : nothing;
      case "ended":
        return html`<pawl-update-ended
          .app=${app}
          .name=${this.name}
          .view=${view}
          .news=${this.#news.news}
          .shown=${this.#ended}
          .asked=${asked}
        ></pawl-update-ended>`;
      case "running":
        return html`<pawl-update-running .view=${view} .asked=${asked}></pawl-update-running>
          ${view.status && isWaiting(view.status) ? this.#foot(app) : nothing}`;
      case "overview":
        return html`<pawl-update-overview .view=${view} .news=${this.#news.news} .asked=${asked}></pawl-update-overview>
          ${this.#foot(app)}`;
    }
  }

  #foot(app: LiveApp) {
    return html`<pawl-update-foot .app=${app} .view=${this.#live.view} .asked=${this.#acting.asked}></pawl-update-foot>`;
  }

  /** While an update runs, its current step says it. */
  #away(pane: Pane) {
    const { awaySince } = this.#live.view;
    if (awaySince === null || pane === "running") return nothing;
    return html`<pawl-away .since=${awaySince}></pawl-away>`;
  }

  #paneNow(): Pane {
    const { trouble } = this.#acting.asked;
    const wasLate = trouble?.failure.code === "busy" && trouble.action.type !== "cancel";
    return paneOf({ view: this.#live.view, ended: this.#ended, wasLate });
  }

  #wantsNews() {
    const { app, isOpen } = this;
    const { status } = this.#live.view;
    if (!isOpen || app === null || !status?.release) return null;
    const isNews =
      standingOf(status) !== "current" ||
      status.state === "installing" ||
      (this.#ended ?? status).last_result === "success";
    return isNews ? { app, status } : null;
  }

  #hear(view: AppView): void {
    this.#said = announcement(view) ?? this.#said;
    const { status } = view;
    if (status === null) return;
    if (tellsOfEnd(status) && (status.update_id === null || status.update_id !== this.#aside)) this.#ended = status;
    else if (paneOf({ view, ended: null, wasLate: false }) === "running" && !isWaiting(status)) this.#ended = null;
  }

  readonly #act = (event: CustomEvent<Action>) => {
    event.stopPropagation();
    if (this.app) void this.#acting.ask(this.app, event.detail);
  };

  readonly #moreNews = ({ detail }: CustomEvent<"more" | "again">) =>
    detail === "more" ? this.#news.more() : this.#news.again();

  /** Until then it is told to whoever looks: a reload must not lose why an update failed. */
  readonly #putAside = () => {
    const { app } = this;
    this.#aside = this.#ended?.update_id ?? null;
    this.#ended = null;
    this.requestUpdate();
    if (app && this.#live.view.status?.last_result) void markSeen(app);
  };

  readonly #closed = () => {
    if (this.#pane === "ended" || this.#pane === "overview") this.#putAside();
    this.#acting.forget();
    this.isOpen = false;
    this.#pane = null;
    this.dispatchEvent(new Event("close"));
  };

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  get #title(): HTMLElement | null {
    return this.renderRoot.querySelector("#title");
  }
}

customElements.define("pawl-update-dialog", PawlUpdateDialog);
