import { css, html, LitElement } from "lit";
import { History, ScrollText, Settings } from "lucide";
import type { DeviceApp } from "../data/live-device.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { deviceWords } from "../words/device.ts";
import { appLinksLook } from "./app-links-look.ts";
import type { AppPlaces } from "./app-places.ts";
import "./pawl-app-summary.ts";

const words = deviceWords.card;

/** An app among those of a device: how it stands, what to do, and where more is. */
export class PawlAppCard extends LitElement {
  static override properties = { app: { attribute: false }, places: { attribute: false } };
  declare app: DeviceApp;
  declare places: AppPlaces;

  static override styles = [
    base,
    appLinksLook,
    css`
      :host {
        display: block;
      }
      article.card {
        display: flex;
        flex-direction: column;
        gap: 8px;
        height: 100%;
        padding: 16px 20px 4px;
      }
      pawl-app-summary {
        flex: 1;
      }
      h2 {
        overflow-wrap: anywhere;
      }
      h2 a {
        color: inherit;
        text-decoration: none;
      }
      h2 a:hover {
        text-decoration: underline;
      }
      nav {
        border-top: 1px solid var(--line);
        margin: 8px -20px 0;
        padding: 0 20px;
      }
    `,
  ];

  override render() {
    const { app, places } = this;
    const link = (page: keyof AppPlaces, label: string, image: Parameters<typeof icon>[0]) =>
      html`<a href=${places[page]}>${icon(image, 18)} ${label}</a>`;
    return html`<article class="card">
      <h2><a href=${places.history}>${app.title}</a></h2>
      <pawl-app-summary .app=${app}></pawl-app-summary>
      <nav aria-label=${words.links(app.title)}>
        ${link("history", words.history, History)} ${link("log", words.log, ScrollText)}
        ${link("settings", words.settings, Settings)}
      </nav>
    </article>`;
  }
}

customElements.define("pawl-app-card", PawlAppCard);
