import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { LoaderCircle, RefreshCw } from "lucide";
import { ApiFailure, answerOf, type ServerSchemas, serverClient } from "../data/server.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/console.ts";
import { number } from "../words/format.ts";
import { type Here, signInHref } from "./here.ts";

const { catalog } = words;
/** The server answers after 20 s at the latest, whatever it is at; in milliseconds, with some more for the way. */
const ANSWERS_WITHIN_MS = 30_000;
const MOST_FAILED_SHOWN = 5;

/** Has upstream asked now, for what is looked at. `refreshed` when it was. */
export class PawlCatalogRefresh extends LitElement {
  static override properties = {
    here: { attribute: false },
    scope: { attribute: false },
    isAsking: { state: true },
    answer: { state: true },
    trouble: { state: true },
  };
  declare here: Here;
  /** Empty: everything. */
  declare scope: ServerSchemas["RefreshBody"];
  declare isAsking: boolean;
  declare answer: ServerSchemas["Refresh"] | null;
  declare trouble: ApiFailure | null;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 8px;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
      }
      [role="status"]:empty {
        display: none;
      }
    `,
  ];

  constructor() {
    super();
    this.scope = {};
    this.isAsking = false;
    this.answer = null;
    this.trouble = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("here") as Here | undefined;
    if (before && before.at !== this.here.at) this.trouble = null;
  }

  override render() {
    const { isSignedIn } = this.here;
    const what = [this.scope.distribution, this.scope.version, this.scope.target].filter(Boolean).join(" ");
    return html`<div class="line">
        <button class="button" type="button" aria-disabled=${!isSignedIn || this.isAsking} aria-describedby="hint" @click=${() => isSignedIn && this.#ask()}>
          ${this.isAsking ? html`<span class="turning">${icon(LoaderCircle)}</span>` : icon(RefreshCw)}
          ${this.isAsking ? catalog.refreshing : catalog.refresh(what || catalog.everything)}
        </button>
        <p id="hint" class="quiet small">
          ${isSignedIn ? catalog.refreshHint : html`<a href=${signInHref(this.here)}>${catalog.refreshSignedOut}</a>`}
        </p>
      </div>
      <div role="status">${this.#said()}</div>`;
  }

  #said() {
    const { answer, trouble } = this;
    if (trouble !== null) {
      const isScope = trouble.status === 401 || trouble.status === 403;
      return html`<p class="danger">
        ${isScope ? html`${words.signIn.why.scope} <a href=${signInHref(this.here)}>${words.signIn.needs("catalog:refresh")}</a>` : trouble.message}
      </p>`;
    }
    if (answer === null) return nothing;
    const { running, changed, unchanged, failed } = answer;
    const count = failed.length;
    return html`<p>
        ${running ? catalog.goesOn : nothing}
        ${changed === null || unchanged === null || running ? nothing : catalog.refreshed(number(changed), number(unchanged))}
        ${count === 0 ? nothing : html`<span class="warn">${catalog.refreshFailed(number(count), count === 1)}</span>`}
      </p>
      ${
        count === 0
          ? nothing
          : html`<ul class="small">
              ${failed.slice(0, MOST_FAILED_SHOWN).map(({ path, trouble: why }) => html`<li>${path}: ${why?.message}</li>`)}
            </ul>`
      }`;
  }

  async #ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    this.trouble = null;
    this.answer = null;
    try {
      const client = serverClient({ ...this.here.at.options, timeout: ANSWERS_WITHIN_MS });
      this.answer = await answerOf(client.POST("/api/v2/catalog/refresh", { body: this.scope }));
      this.dispatchEvent(new CustomEvent("refreshed"));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error;
    } finally {
      this.isAsking = false;
    }
  }
}

customElements.define("pawl-catalog-refresh", PawlCatalogRefresh);
