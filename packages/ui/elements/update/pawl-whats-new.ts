import { css, html, LitElement, nothing } from "lit";
import { CloudOff } from "lucide";
import type { DeviceSchemas } from "../../data/device.ts";
import type { AppStatus } from "../../data/live-app.ts";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { safeUrl } from "../../look/safe-url.ts";
import { dialogWords } from "../../words/dialog.ts";
import { number } from "../../words/format.ts";
import { changeLine, isCommit } from "./change-line.ts";
import "./pawl-notes.ts";

const words = dialogWords.whatsNew;

/** What is known of a channel's news. */
export interface News {
  /** Newest first; null: they aren't there yet. */
  changes: readonly DeviceSchemas["Change"][] | null;
  /** They are those known last: the source can't be asked now. */
  isOld: boolean;
  /** They can't be had now. */
  isMissing: boolean;
  /** There may be more than these. */
  mayBeMore: boolean;
}

/** So many are seen at first. */
const FIRST = { commits: 6, releases: 1 };

/**
 * What a channel has that isn't installed yet, newest first: commits, or releases with their notes. `pawl-news` with
 * "more" or "again": the reader wants all of them, or those that are missing.
 */
export class PawlWhatsNew extends LitElement {
  static override properties = {
    news: { attribute: false },
    release: { attribute: false },
    isWhole: { state: true },
  };
  declare news: News;
  declare release: AppStatus["release"];
  declare isWhole: boolean;

  static override styles = [
    partLook,
    css`
      h3 {
        margin-bottom: 8px;
      }
      ul {
        display: grid;
        gap: 12px;
        padding: 0;
        list-style: none;
      }
      li > .row {
        margin-bottom: 4px;
      }
      .skeleton {
        height: 20px;
        margin-bottom: 10px;
      }
      .skeleton:nth-child(3) {
        width: 85%;
      }
      .skeleton:nth-child(4) {
        width: 60%;
      }
    `,
  ];

  constructor() {
    super();
    this.isWhole = false;
  }

  override render() {
    return html`<section aria-labelledby="title">
      <h3 id="title">${words.title}</h3>
      ${this.#content()}
    </section>`;
  }

  #content() {
    const { changes, isMissing, isOld } = this.news;
    if (changes === null) return isMissing ? this.#missing() : skeleton();
    return html`${isOld ? html`<p class="row quiet small">${icon(CloudOff, 16)} ${words.warning}</p>` : nothing}
      ${changes.length === 0 ? (this.#ownNotes() ?? html`<p class="quiet">${words.empty}</p>`) : this.#list(changes)}`;
  }

  #list(changes: readonly DeviceSchemas["Change"][]) {
    const few = changes.some(isCommit) ? FIRST.commits : FIRST.releases;
    const { mayBeMore } = this.news;
    const count = number(changes.length);
    const label = this.isWhole ? words.showLess : words.showAll(mayBeMore ? null : count);
    return html`<ul>
        ${(this.isWhole ? changes : changes.slice(0, few)).map(changeLine)}
      </ul>
      ${
        changes.length > few
          ? html`<button class="link" type="button" aria-expanded=${this.isWhole} @click=${this.#showAll}>${label}</button>`
          : nothing
      }
      ${this.isWhole && mayBeMore ? html`<p class="quiet small">${words.thoseAreNewest(count)}</p>` : nothing}`;
  }

  #missing() {
    return html`${this.#ownNotes()}
      <p class="row quiet">
        ${icon(CloudOff)} ${words.failed}
        <button class="link" type="button" @click=${() => this.#ask("again")}>${words.tryAgain}</button>
      </p>`;
  }

  /** What the last check brought along. */
  #ownNotes() {
    const { notes, notes_url: url } = this.release ?? {};
    return notes ? html`<pawl-notes .text=${notes} .url=${safeUrl(url ?? null)}></pawl-notes>` : null;
  }

  readonly #showAll = () => {
    this.isWhole = !this.isWhole;
    if (this.isWhole && this.news.mayBeMore) this.#ask("more");
  };

  #ask(what: "more" | "again"): void {
    this.dispatchEvent(new CustomEvent("pawl-news", { detail: what, bubbles: true, composed: true }));
  }
}

function skeleton() {
  return html`<div role="status">
    <span class="visually-hidden">${words.loading}</span>
    ${[1, 2, 3].map(() => html`<div class="skeleton" aria-hidden="true"></div>`)}
  </div>`;
}

customElements.define("pawl-whats-new", PawlWhatsNew);
