import { css, html, LitElement, nothing } from "lit";
import { ChevronLeft } from "lucide";
import type { DeviceApp } from "../data/live-device.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import type { Router } from "../look/router.ts";
import { deviceWords as words } from "../words/device.ts";
import { appLinksLook } from "./app-links-look.ts";
import { type AppPage, appPlaces, PAGES } from "./app-places.ts";
import "./pawl-app-history.ts";
import "./pawl-app-log.ts";
import "./pawl-app-settings.ts";
import "./pawl-app-summary.ts";

/** One app: how it stands, and its history, log or settings below. */
export class PawlAppPage extends LitElement {
  static override properties = {
    app: { attribute: false },
    page: { type: String },
    query: { type: String },
    router: { attribute: false },
    isOnly: { attribute: false },
  };
  declare app: DeviceApp;
  declare page: AppPage;
  declare query: string;
  declare router: Router;
  /** The device has no other. */
  declare isOnly: boolean;

  static override styles = [
    base,
    appLinksLook,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
      }
      h1 {
        overflow-wrap: anywhere;
      }
      .back {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        min-height: 44px;
        margin: -12px 0;
        color: var(--text-quiet);
        text-decoration: none;
      }
      nav {
        border-bottom: 1px solid var(--line);
      }
      nav a {
        margin-bottom: -1px;
        padding: 0 2px;
        border-bottom: 2px solid transparent;
      }
      nav a[aria-current] {
        border-color: var(--accent);
        color: var(--text);
        font-weight: 600;
      }
    `,
  ];

  override render() {
    const { app, page, router } = this;
    const places = appPlaces(router, app.name);
    return html`${
      this.isOnly ? nothing : html`<a class="back" href=${router.href("")}>${icon(ChevronLeft)} ${words.allApps}</a>`
    }
      <h1>${app.title}</h1>
      <div class="card"><pawl-app-summary .app=${app}></pawl-app-summary></div>
      <nav aria-label=${words.card.links(app.title)}>
        ${PAGES.map(
          (each) =>
            html`<a href=${places[each]} aria-current=${each === page ? "page" : nothing}>${words.card[each]}</a>`,
        )}
      </nav>
      ${this.#content()}`;
  }

  #content() {
    const { app, query, router } = this;
    switch (this.page) {
      case "history":
        return html`<pawl-app-history .app=${app} .query=${query} .router=${router}></pawl-app-history>`;
      case "log":
        return html`<pawl-app-log .app=${app} .query=${query} .router=${router}></pawl-app-log>`;
      case "settings":
        return html`<pawl-app-settings .app=${app}></pawl-app-settings>`;
    }
  }
}

customElements.define("pawl-app-page", PawlAppPage);
