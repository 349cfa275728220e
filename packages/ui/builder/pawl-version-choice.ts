import { css, html, LitElement, nothing } from "lit";
import type { ServerSchemas } from "../data/server.ts";
import { versionCaution, versionGroups } from "../data/version-groups.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { relativeTime } from "../words/format.ts";
import type { Releases } from "./releases.ts";

/** Which version; and which distribution, where there are several. `version` and `distribution` events have the name in their detail. */
export class PawlVersionChoice extends LitElement {
  static override properties = {
    releases: { attribute: false },
    distributions: { attribute: false },
    version: { type: String },
  };
  declare releases: Releases | null;
  declare distributions: readonly ServerSchemas["Distribution"][];
  declare version: string;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 12px 16px;
      }
      label {
        display: grid;
        gap: 4px;
        font-weight: 550;
      }
      select {
        min-width: 12rem;
        font-weight: 400;
      }
      .caution {
        margin-top: 8px;
        color: var(--warn);
      }
    `,
  ];

  constructor() {
    super();
    this.releases = null;
    this.distributions = [];
    this.version = "";
  }

  override render() {
    return html`<div class="choices">
        <label>${words.version.label} ${this.#versions()}</label>
        ${this.distributions.length > 1 ? this.#distributions() : nothing}
      </div>
      ${this.#caution()} ${this.#trouble()}`;
  }

  #distributions() {
    const chosen = this.releases?.distribution.name;
    return html`<label
      >${words.version.distribution}
      <select class="field" @change=${(event: Event) => this.#say("distribution", event)}>
        ${this.distributions.map(
          ({ name, title }) => html`<option value=${name} .selected=${name === chosen}>${title}</option>`,
        )}
      </select></label
    >`;
  }

  #versions() {
    if (this.releases === null) {
      return html`<select class="field" disabled><option>${this.version}</option></select>`;
    }
    const { first, release, candidate, snapshot } = versionGroups(this.releases.versions, this.releases.distribution);
    const isKnown = this.releases.versions.some(({ name }) => name === this.version);
    const one = (name: string, text = name) =>
      html`<option value=${name} .selected=${name === this.version}>${text}</option>`;
    const group = (label: string, names: readonly string[]) =>
      names.length === 0 ? nothing : html`<optgroup label=${label}>${names.map((name) => one(name))}</optgroup>`;
    return html`<select class="field" @change=${(event: Event) => this.#say("version", event)}>
      ${isKnown ? nothing : one(this.version, words.version.unknown(this.version))}
      ${first.map(({ name, as }) => one(name, words.version[as](name)))}
      ${group(words.version.release, release)} ${group(words.version.candidate, candidate)}
      ${group(words.version.snapshot, snapshot)}
    </select>`;
  }

  #caution() {
    if (this.releases === null) return nothing;
    const { distribution, versions } = this.releases;
    const caution = versionCaution(this.version, versions, distribution);
    if (caution === null) return nothing;
    if (caution === "old") return html`<p class="quiet small">${words.version.isOld(distribution.stable ?? "")}</p>`;
    return html`<p class="caution small">
      ${caution === "snapshot" ? words.version.isSnapshot : words.version.isCandidate}
    </p>`;
  }

  /** Why there may be newer ones that aren't shown. */
  #trouble() {
    const trouble = this.releases?.distribution.trouble ?? null;
    if (trouble === null) return nothing;
    const { data_from, message } = trouble;
    return html`<p class="caution small">
      ${message} ${data_from === null ? nothing : words.version.dataFrom(relativeTime(data_from))}
    </p>`;
  }

  #say(what: "version" | "distribution", event: Event): void {
    const detail = (event.target as HTMLSelectElement).value;
    this.dispatchEvent(new CustomEvent<string>(what, { detail }));
  }
}

customElements.define("pawl-version-choice", PawlVersionChoice);
