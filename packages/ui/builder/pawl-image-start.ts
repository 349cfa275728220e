import { css, html, LitElement, nothing } from "lit";
import { latestBuilds } from "../data/build-memory.ts";
import type { FoundDevice } from "../data/device-search.ts";
import type { ServerSchemas } from "../data/server.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { browserKeep } from "./browser-keep.ts";
import "./pawl-device-search.ts";
import "./pawl-recent-builds.ts";
import "./pawl-version-choice.ts";
import type { Releases } from "./releases.ts";
import type { ServerAt } from "./server-at.ts";

/** What one sees first: which device it is. Passes on `choose`, `version` and `distribution`. */
export class PawlImageStart extends LitElement {
  static override properties = {
    at: { attribute: false },
    releases: { attribute: false },
    distributions: { attribute: false },
    version: { type: String },
    hrefOf: { attribute: false },
  };
  declare at: ServerAt;
  declare releases: Releases | null;
  declare distributions: readonly ServerSchemas["Distribution"][];
  /** Empty: there is none. */
  declare version: string;
  /** The address of a build. */
  declare hrefOf: (id: string) => string;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 24px;
        width: 100%;
        max-width: 44rem;
        margin: 0 auto;
        padding-top: clamp(16px, 8vh, 88px);
      }
      h1 {
        margin-bottom: 4px;
        font-size: clamp(1.5rem, 1.2rem + 1.5vw, 2rem);
      }
    `,
  ];

  /** What one came for. Not where that brings up a keyboard on half of the screen. */
  protected override firstUpdated(): void {
    if (!matchMedia("(pointer: fine)").matches) return;
    // The field is drawn after this.
    requestAnimationFrame(() => this.renderRoot.querySelector<HTMLElement>("pawl-device-search")?.focus());
  }

  override render() {
    const { distribution } = this.releases ?? {};
    return html`
      <div>
        <h1>${words.start.heading}</h1>
        <p class=${distribution ? "quiet" : "skeleton"}>${words.start.lead(distribution?.title ?? "")}</p>
      </div>
      ${this.version === "" && distribution ? this.#nothing(distribution) : nothing}
      <pawl-device-search
        ?hidden=${this.version === "" && this.releases !== null}
        .at=${this.at}
        distribution=${distribution?.name ?? ""}
        version=${this.version}
        @choose=${({ detail }: CustomEvent<FoundDevice>) => this.#pass("choose", detail)}
      ></pawl-device-search>
      <pawl-version-choice
        .releases=${this.releases}
        .distributions=${this.distributions}
        version=${this.version}
        @version=${({ detail }: CustomEvent<string>) => this.#pass("version", detail)}
        @distribution=${({ detail }: CustomEvent<string>) => this.#pass("distribution", detail)}
      ></pawl-version-choice>
      <pawl-recent-builds .at=${this.at} .ids=${latestBuilds(browserKeep("local")).slice(0, 3)} .hrefOf=${this.hrefOf}>
      </pawl-recent-builds>
    `;
  }

  #nothing({ title, continued_by }: ServerSchemas["DistributionDetail"]) {
    const successor = this.distributions.find(({ name }) => name === continued_by);
    return html`<p class="card">
      ${successor ? words.start.continued(title, successor.title) : words.start.noVersions}
    </p>`;
  }

  #pass(what: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

customElements.define("pawl-image-start", PawlImageStart);
