import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { type BuildReason, canDrop, canRetry } from "../data/build-actions.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import { base } from "../look/base.ts";
import { words } from "../words/console.ts";
import { type Here, signInHref } from "./here.ts";

type Build = ServerSchemas["Build"];
type Act = "retry" | "drop";

/** What an operator may do with a build; what can't be done says why. `changed` when it was done. */
export class PawlBuildActions extends LitElement {
  static override properties = {
    here: { attribute: false },
    build: { attribute: false },
    acting: { state: true },
    trouble: { state: true },
  };
  declare here: Here;
  declare build: Build;
  declare acting: Act | null;
  declare trouble: string;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 12px;
      }
      .button {
        width: 100%;
      }
      p {
        margin-top: 4px;
      }
    `,
  ];

  constructor() {
    super();
    this.acting = null;
    this.trouble = "";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("build") as Build | undefined;
    if (before && (before.id !== this.build.id || before.state !== this.build.state)) this.trouble = "";
  }

  override render() {
    const { build, here } = this;
    return html`${this.#button("retry", canRetry(build, here.isSignedIn), words.build.retry, words.build.retryHint)}
      ${this.#button("drop", canDrop(build, here.isSignedIn), words.build.drop, words.build.dropHint[build.state])}
      ${this.trouble === "" ? nothing : html`<p class="danger" role="alert">${words.build.refused} ${this.trouble}</p>`}`;
  }

  #button(act: Act, can: true | BuildReason, label: string, hint: string) {
    const isActing = this.acting === act;
    const said = can === true ? hint : words.build.reason[can];
    return html`<div>
      <button
        class="button"
        type="button"
        aria-disabled=${can !== true || this.acting !== null}
        aria-describedby="${act}-hint"
        @click=${() => can === true && this.#act(act)}
      >
        ${isActing ? words.build.asking : label}
      </button>
      <p id="${act}-hint" class="quiet small">
        ${can === "signed-out" ? html`<a href=${signInHref(this.here)}>${said}</a>` : said}
      </p>
    </div>`;
  }

  async #act(act: Act): Promise<void> {
    if (this.acting !== null) return;
    this.acting = act;
    this.trouble = "";
    const { client } = this.here.at;
    const params = { params: { path: { id: this.build.id } } };
    try {
      if (act === "retry") await answerOf(client.POST("/api/v2/builds/{id}/retry", params));
      else await answerOf(client.POST("/api/v2/builds/{id}/drop", params));
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    } finally {
      this.acting = null;
    }
  }
}

customElements.define("pawl-build-actions", PawlBuildActions);
