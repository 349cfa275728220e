import { css, html, LitElement, nothing } from "lit";
import { deviceNames } from "../data/device-search.ts";
import type { ServerSchemas } from "../data/server.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { size } from "../words/format.ts";
import type { KnownDevice } from "./device-place.ts";
import "./pawl-version-choice.ts";
import type { Releases } from "./releases.ts";

/** The first part: which device it is, and which version it is to have. Passes on `version` and `distribution`. */
export class PawlChosenDevice extends LitElement {
  static override properties = {
    device: { attribute: false },
    room: { attribute: false },
    releases: { attribute: false },
    distributions: { attribute: false },
    version: { type: String },
  };
  /** Null: it is being read. */
  declare device: KnownDevice | null;
  /** The largest image that it takes; null: not known. */
  declare room: number | null;
  declare releases: Releases | null;
  declare distributions: readonly ServerSchemas["Distribution"][];
  declare version: string;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .card {
        display: grid;
        gap: 12px;
        padding-bottom: 4px;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(8rem, max-content) 1fr;
        gap: 4px 16px;
        padding: 4px 0 8px;
      }
      dt {
        color: var(--text-quiet);
      }
      dd {
        overflow-wrap: anywhere;
      }
      summary {
        color: var(--text-quiet);
      }
      .skeleton {
        width: 14rem;
      }
      @media (max-width: 30rem) {
        dl {
          grid-template-columns: 1fr;
          gap: 0;
        }
        dd {
          margin-bottom: 8px;
        }
      }
    `,
  ];

  override render() {
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">${words.device.heading}</h2>
      <pawl-version-choice
        .releases=${this.releases}
        .distributions=${this.distributions}
        version=${this.version}
        @version=${({ detail }: CustomEvent<string>) => this.#pass("version", detail)}
        @distribution=${({ detail }: CustomEvent<string>) => this.#pass("distribution", detail)}
      ></pawl-version-choice>
      ${
        this.device === null
          ? html`<p class="skeleton" aria-hidden="true">${words.device.details}</p>`
          : this.#known(this.device)
      }
    </section>`;
  }

  #known({ target, profile }: KnownDevice) {
    const [, ...others] = deviceNames(profile);
    const facts: [string, string][] = [
      ...(this.room === null ? [[words.device.room, words.device.roomUnknown] as [string, string]] : []),
      [words.device.target, target.name],
      [words.device.profile, profile.name],
      [words.device.architecture, target.architecture],
      [words.device.revision, target.version_code],
      [words.device.boards, profile.supported_devices.join(", ")],
    ];
    return html`${
      this.room === null
        ? nothing
        : html`<p class="small"><span class="quiet">${words.device.room}:</span> ${size(this.room)}</p>`
    }
      ${others.length > 0 ? html`<p class="quiet small">${words.device.also} ${others.join(", ")}</p>` : nothing}
      ${target.trouble && !this.releases?.distribution.trouble ? html`<p class="warn small">${target.trouble.message}</p>` : nothing}
      <details>
        <summary>${words.device.details}</summary>
        <dl>
          ${facts.filter(([, value]) => value !== "").map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
        </dl>
      </details>`;
  }

  #pass(what: string, detail: string): void {
    this.dispatchEvent(new CustomEvent<string>(what, { detail }));
  }
}

customElements.define("pawl-chosen-device", PawlChosenDevice);
