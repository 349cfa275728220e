import { html, LitElement } from "lit";
import { pastedNames, plainName } from "../data/image-choices.ts";
import { answerOf, askable, type ServerSchemas } from "../data/server.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { list, number, size } from "../words/format.ts";
import { type DevicePlace, targetPath } from "./device-place.ts";
import "./pawl-suggest.ts";
import type { Suggestion, Suggestions } from "./pawl-suggest.ts";
import type { ServerAt } from "./server-at.ts";

const MOST_PACKAGES = 30;

/** A field for packages, by their name or what they do. `choose` has names in its detail: one, or a pasted list of them. */
export class PawlPackageSearch extends LitElement {
  static override properties = {
    at: { attribute: false },
    place: { attribute: false },
    packages: { attribute: false },
    defaults: { attribute: false },
  };
  declare at: ServerAt;
  declare place: DevicePlace;
  /** What was chosen already, and what the device has anyway: said instead of offered. */
  declare packages: readonly string[];
  declare defaults: ReadonlySet<string>;

  static override styles = base;
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  override render() {
    const { distribution, version, target } = this.place;
    return html`<pawl-suggest
      label=${words.packages.add}
      placeholder=${words.packages.example}
      .find=${this.#find}
      .about=${`${distribution} ${version} ${target} ${this.packages.join(" ")}`}
      @choose=${this.#choose}
    ></pawl-suggest>`;
  }

  readonly #find = async (query: string, signal: AbortSignal): Promise<Suggestions<readonly string[]>> => {
    const call = this.at.client.GET(
      "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}/packages",
      { params: { path: targetPath(this.place), query: { query: askable(query), limit: MOST_PACKAGES } }, signal },
    );
    const { items: found } = await answerOf(call);
    const items = [...this.#pasted(query), ...found.map((one) => this.#suggestion(one))];
    if (items.length === 0) return { items, summary: words.packages.none(query) };
    if (found.length === 0) return { items, summary: "" };
    return { items, summary: words.packages.found(number(found.length), found.length === 1) };
  };

  /** Several names at once, as from another image's list, or one to be left out. */
  #pasted(query: string): Suggestion<readonly string[]>[] {
    const names = pastedNames(query);
    if (names.length === 0) return [];
    const row = html`<span class="line"><strong>${words.packages.addAll(number(names.length))}</strong></span
      ><span class="quiet small">${list(names)}</span>`;
    return [{ key: "pasted", item: names, row }];
  }

  #suggestion({ name, description, size: bytes }: ServerSchemas["Package"]): Suggestion<readonly string[]> {
    const row = html`<span class="line"
        ><strong>${name}</strong
        ><span class="quiet small numbers">${bytes === null ? "" : size(bytes)}</span></span
      ><span class="quiet small">${description ?? ""}</span>`;
    const reason = this.#reason(name);
    return { key: name, item: [name], row, ...(reason && { reason }) };
  }

  #reason(name: string): string | undefined {
    const said = this.packages.find((each) => plainName(each) === name);
    if (said === name) return words.packages.chosen;
    // One that was left out may be chosen again.
    return said === undefined && this.defaults.has(name) ? words.packages.isDefault : undefined;
  }

  readonly #choose = ({ detail }: CustomEvent<readonly string[]>) => {
    this.dispatchEvent(new CustomEvent("choose", { detail }));
  };
}

customElements.define("pawl-package-search", PawlPackageSearch);
