import { css, html, LitElement, nothing } from "lit";
import { Check } from "lucide";
import type { ServerSchemas } from "../data/server.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/builder.ts";
import { clockTime, duration, exactTime, number } from "../words/format.ts";
import "./pawl-image-diff.ts";
import "./pawl-image-list.ts";
import type { ServerAt } from "./server-at.ts";

/** A build that has made its image. */
export class PawlBuildResult extends LitElement {
  static override properties = {
    at: { attribute: false },
    build: { attribute: false },
    system: { type: String },
    earlier: { attribute: false },
    againHref: { type: String },
    hrefOf: { attribute: false },
  };
  declare at: ServerAt;
  declare build: ServerSchemas["Build"];
  declare system: string;
  /** Builds of the same device that this browser asked for before, the newest first. */
  declare earlier: readonly string[];
  declare againHref: string;
  declare hrefOf: (id: string) => string;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      .card {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      .done {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .done svg {
        color: var(--accent);
      }
      ul {
        padding-left: 20px;
      }
    `,
  ];

  override render() {
    const { result } = this.build;
    if (result === null) return nothing;
    const count = Object.keys(result.manifest).length;
    return html`
      <section class="card" aria-labelledby="heading">
        <div>
          <h2 id="heading" class="done">${icon(Check)} ${words.result.heading}</h2>
          <p class="quiet small numbers">${this.#facts()}</p>
        </div>
        <pawl-image-list
          .artifacts=${result.artifacts}
          root=${this.at.options.url}
          system=${this.system}
        ></pawl-image-list>
        ${notes(words.result.warnings, result.warnings)}
        ${notes(
          words.result.changes,
          result.changes.map(({ reason }) => reason),
        )}
        <p class="quiet small numbers">
          ${words.result.packagesIn(number(count), count === 1)} · ${words.result.revision(result.version_code)}
        </p>
      </section>
      <pawl-image-diff
        .at=${this.at}
        build=${this.build.id}
        .earlier=${this.earlier}
        .hrefOf=${this.hrefOf}
      ></pawl-image-diff>
      <div><a class="button" href=${this.againHref}>${words.result.again}</a></div>
    `;
  }

  #facts() {
    const { started_at, finished_at, expires_at } = this.build;
    const seconds = started_at && finished_at ? (Date.parse(finished_at) - Date.parse(started_at)) / 1000 : null;
    const kept =
      expires_at &&
      html`<time datetime=${expires_at} title=${exactTime(expires_at)}>${words.result.kept(clockTime(expires_at))}</time>`;
    return html`${seconds === null ? nothing : words.result.took(duration(seconds))} ${kept ?? nothing}`;
  }
}

function notes(title: string, sentences: readonly string[]) {
  if (sentences.length === 0) return nothing;
  return html`<div>
    <h3>${title}</h3>
    <ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  </div>`;
}

customElements.define("pawl-build-result", PawlBuildResult);
