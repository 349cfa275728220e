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
  /** Which update the reader has seen running. */
  #watched: string | null = null;
  /** Of which update the reader has put the end aside. */
  #aside: string | null = null;
  #pane: Pane | null = null;
  /** What had the focus last. */
  #focused: Element | null = null;
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
    this.#focused = focusedIn(this.renderRoot as ShadowRoot) ?? this.#focused;
    if (!changed.has("app")) return;
    this.#ended = null;
    this.#watched = null;
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
        @pawl-sign-in=${() => this.requestUpdate()}
      >
        ${this.#away(pane)} ${this.#content(pane)}
      </div>
      <p class="visually-hidden" role="status">${this.#said}</p>
    </dialog>`;
  }

  override updated(): void {
    this.#pane = this.isOpen ? this.#paneNow() : null;
    requestAnimationFrame(this.#keepFocus);
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
    if (!isOpen || app === null || status === null) return null;
    const ended = this.#endIn(status);
    if (ended?.last_result === "success") return { app, status, update: ended.update_id };
    return status.release !== null && standingOf(status) !== "current" ? { app, status, update: null } : null;
  }

  #hear(view: AppView): void {
    const { status } = view;
    if (status?.state === "installing") this.#watched = status.update_id;
    this.#said = announcement(view, this.#watched) ?? this.#said;
    if (status !== null) this.#ended = this.#endIn(status);
  }

  /** The status that tells how the last update ended: this one, or the one that told of it first. */
  #endIn(status: AppStatus): AppStatus | null {
    const { update_id: id } = status;
    if (tellsOfEnd(status, this.#watched) && (id === null || id !== this.#aside)) return status;
    return status.state === "installing" && !isWaiting(status) ? null : this.#ended;
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

  /** What was focused may be gone by what it did, once all parts have been drawn: the keyboard stays in the dialog. */
  readonly #keepFocus = () => {
    if (this.#focused === null || this.#focused.isConnected) return;
    this.#focused = null;
    this.#title?.focus({ preventScroll: true });
  };

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  get #title(): HTMLElement | null {
    return this.renderRoot.querySelector("#title");
  }
}

/** However deep within the elements there. */
function focusedIn({ activeElement }: ShadowRoot): Element | null {
  return activeElement?.shadowRoot ? (focusedIn(activeElement.shadowRoot) ?? activeElement) : activeElement;
}

customElements.define("pawl-update-dialog", PawlUpdateDialog);
