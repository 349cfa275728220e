import { html, LitElement, nothing } from "lit";
import { deviceName, type FoundDevice, foundDevices } from "../data/device-search.ts";
import { answerOf, askable } from "../data/server.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { number } from "../words/format.ts";
import "./pawl-suggest.ts";
import type { Suggestion, Suggestions } from "./pawl-suggest.ts";
import type { ServerAt } from "./server-at.ts";

/** So many profiles are asked for: nobody reads on, one types more. */
const MOST_MODELS = 40;

/** The large field that everything begins with. `choose` has a FoundDevice in its detail. */
export class PawlDeviceSearch extends LitElement {
  static override properties = {
    at: { attribute: false },
    distribution: { type: String },
    version: { type: String },
  };
  declare at: ServerAt;
  declare distribution: string;
  declare version: string;

  static override styles = base;
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  override render() {
    return html`<pawl-suggest
      large
      label=${words.start.field}
      placeholder=${words.start.example}
      .find=${this.#find}
      .about=${`${this.distribution} ${this.version}`}
      @choose=${this.#choose}
    ></pawl-suggest>`;
  }

  readonly #find = async (query: string, signal: AbortSignal): Promise<Suggestions<FoundDevice>> => {
    // It is looked for once there is one.
    if (this.version === "") return { items: [], summary: "" };
    const params = {
      path: { distribution: this.distribution, version: this.version },
      query: { query: askable(query), limit: MOST_MODELS },
    };
    const call = this.at.client.GET("/api/v2/distributions/{distribution}/versions/{version}/models", {
      params,
      signal,
    });
    const { items: models, next } = await answerOf(call);
    const devices = foundDevices(models, query);
    if (devices.length === 0) {
      return { items: [], summary: words.start.none(query, this.version), note: words.start.noneHint };
    }
    const summary = words.start.found(number(devices.length), devices.length === 1);
    const isCut = next !== null || devices.length > MOST_MODELS;
    return { items: devices.map(suggestion), summary, note: isCut ? words.start.typeMore : "" };
  };

  readonly #choose = ({ detail }: CustomEvent<FoundDevice>) => {
    this.dispatchEvent(new CustomEvent<FoundDevice>("choose", { detail }));
  };
}

function suggestion(device: FoundDevice): Suggestion<FoundDevice> {
  const { vendor, model, variant, target, profile, isAmbiguous } = device;
  return {
    key: `${target} ${profile} ${deviceName(device)}`,
    item: device,
    row: html`<span class="line"
      ><span><span class="quiet">${vendor}</span> <strong>${model}</strong> ${variant}</span>${
        isAmbiguous ? html`<span class="quiet small">${target}</span>` : nothing
      }</span
    >`,
  };
}

customElements.define("pawl-device-search", PawlDeviceSearch);
