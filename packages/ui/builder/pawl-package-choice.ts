import { html, LitElement, nothing } from "lit";
import { Check, Minus, Plus, TriangleAlert, X } from "lucide";
import { plainName, withoutPackage, withPackage } from "../data/image-choices.ts";
import {
  type ChosenPackage,
  chosenPackages,
  comesAlong,
  keptAllTheSame,
  loserOf,
  type PackageSet,
} from "../data/package-choice.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/builder.ts";
import { list, number, size } from "../words/format.ts";
import type { DevicePlace } from "./device-place.ts";
import { packageLook } from "./package-look.ts";
import "./pawl-package-room.ts";
import "./pawl-package-search.ts";
import type { ServerAt } from "./server-at.ts";

/** So many are named of what isn't right. */
const MOST_TROUBLES = 5;

/** The second part: which packages. `packages` has all of them in its detail after each change. */
export class PawlPackageChoice extends LitElement {
  static override properties = {
    at: { attribute: false },
    place: { attribute: false },
    packages: { attribute: false },
    defaults: { attribute: false },
    set: { attribute: false },
    stale: { type: Boolean },
    uncounted: { type: Boolean },
    said: { state: true },
  };
  declare at: ServerAt;
  declare place: DevicePlace;
  declare packages: readonly string[];
  /** What the device has anyway. */
  declare defaults: readonly string[];
  /** What they come to; undefined: it is being found out. */
  declare set: PackageSet | undefined;
  declare stale: boolean;
  /** What they come to won't be known. */
  declare uncounted: boolean;
  /** What was done last, for those who don't see it. */
  declare said: string;

  static override styles = [base, packageLook];

  constructor() {
    super();
    this.packages = [];
    this.defaults = [];
    this.stale = false;
    this.uncounted = false;
    this.said = "";
  }

  override render() {
    const chosen = chosenPackages(this.packages, this.set);
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading" tabindex="-1">${words.packages.heading}</h2>
      <pawl-package-search
        .at=${this.at}
        .place=${this.place}
        .packages=${this.packages}
        .defaults=${new Set(this.defaults)}
        @choose=${({ detail }: CustomEvent<readonly string[]>) => this.#add(detail)}
      ></pawl-package-search>
      ${chosen.length === 0 ? nothing : this.#chips(chosen)} ${this.#troubles()}
      ${this.#kept()}
      ${
        this.uncounted
          ? nothing
          : html`<pawl-package-room .set=${this.set} .packages=${this.packages} ?stale=${this.stale}></pawl-package-room>`
      }
      <div class="folds">${this.#along()} ${this.#defaults()}</div>
      <p class="visually-hidden" role="status">${this.said}</p>
    </section>`;
  }

  #chips(chosen: readonly ChosenPackage[]) {
    return html`<ul class="chips" aria-label=${words.packages.yours}>
      ${chosen.map(
        ({ name, isLeftOut, size: bytes, isUnknown }, i) => html`<li
          class="chip ${isLeftOut ? "out" : ""} ${isUnknown ? "unknown" : ""}"
        >
          ${isUnknown ? icon(TriangleAlert, 16) : isLeftOut ? icon(Minus, 16) : nothing}
          <span class="name">${name}</span>
          ${isLeftOut ? html`<span class="visually-hidden">${words.packages.leftOut}</span>` : nothing}
          ${bytes === null || isLeftOut ? nothing : html`<span class="quiet small numbers">${size(bytes)}</span>`}
          <button
            type="button"
            aria-label=${isLeftOut ? words.packages.putBack(name) : words.packages.remove(name)}
            title=${isLeftOut ? words.packages.putBack(name) : words.packages.remove(name)}
            @click=${() => this.#removeChip(name, i)}
          >
            ${icon(X, 16)}
          </button>
        </li>`,
      )}
    </ul>`;
  }

  #troubles() {
    if (this.set === undefined) return nothing;
    const { unknown, missing, conflicts } = this.set;
    const sentences = missing.map(({ name, needed_by }) =>
      needed_by === null ? words.packages.missingAnyway(name) : words.packages.missing(name, needed_by),
    );
    if (unknown.length + sentences.length + conflicts.length === 0) return nothing;
    return html`<div role="status">
      <ul class="troubles">
        ${unknown.length === 0 ? nothing : html`<li>${icon(TriangleAlert)} <span>${this.#unknown(unknown)}</span></li>`}
        ${conflicts.slice(0, MOST_TROUBLES).map((pair) => html`<li>${icon(TriangleAlert)} <span>${this.#conflict(pair)}</span></li>`)}
        ${sentences.slice(0, MOST_TROUBLES).map((sentence) => html`<li>${icon(TriangleAlert)} ${sentence}</li>`)}
      </ul>
    </div>`;
  }

  /** What was left out, and is needed. */
  #kept() {
    // What has just been left out was there a moment ago.
    const kept = this.set && !this.stale ? keptAllTheSame(this.packages, this.set).slice(0, MOST_TROUBLES) : [];
    if (kept.length === 0) return nothing;
    const sentence = ({ name, needed_by }: (typeof kept)[number]) =>
      needed_by === null ? words.packages.keptAlways(name) : words.packages.keptFor(name, needed_by);
    return html`<ul class="quiet small">
      ${kept.map((one) => html`<li>${sentence(one)}</li>`)}
    </ul>`;
  }

  #conflict(pair: PackageSet["conflicts"][number]) {
    const { name, isAsked } = loserOf(pair, this.packages);
    const press = () => (isAsked ? this.#remove(name) : this.#add([`-${name}`]));
    return html`${words.packages.conflict(pair.name, pair.with)}
      <button class="link" type="button" @click=${press}>
        ${isAsked ? words.packages.remove(name) : words.packages.leaveOut(name)}
      </button>`;
  }

  #unknown(names: readonly string[]) {
    const more = names.length - MOST_TROUBLES;
    const named = [...names.slice(0, MOST_TROUBLES), ...(more > 0 ? [words.packages.andMore(number(more))] : [])];
    const rest = this.packages.filter((name) => !names.includes(plainName(name)));
    return html`${words.packages.unknown(list(named))}
      <button class="link" type="button" @click=${() => this.#change(rest)}>${words.packages.removeUnknown}</button>`;
  }

  #along() {
    const along = this.set ? comesAlong(this.packages, this.set) : [];
    if (along.length === 0) return nothing;
    return html`<details>
      <summary>${words.packages.along(number(along.length))}</summary>
      <ul class="rows">
        ${along.map(
          ({ name, needed_by, size: bytes }) => html`<li>
            <span class="name">${name}</span>
            <span class="quiet small">${needed_by === null ? nothing : words.packages.neededBy(needed_by)}</span>
            <span class="quiet small numbers size">${bytes === null ? nothing : size(bytes)}</span>
          </li>`,
        )}
      </ul>
    </details>`;
  }

  #defaults() {
    if (this.defaults.length === 0) return nothing;
    const out = new Set(this.packages.filter((name) => name.startsWith("-")).map(plainName));
    return html`<details>
      <summary>${words.packages.defaults(number(this.defaults.length))}</summary>
      <p class="quiet small">${words.packages.defaultsHint}</p>
      <ul class="chips">
        ${this.defaults.map((name) => {
          const isOut = out.has(name);
          return html`<li>
            <button
              class="toggle ${isOut ? "out" : ""}"
              type="button"
              aria-pressed=${!isOut}
              title=${isOut ? words.packages.putBack(name) : words.packages.leaveOut(name)}
              @click=${() => (isOut ? this.#remove(name) : this.#add([`-${name}`]))}
            >
              ${icon(isOut ? Plus : Check, 16)}<span class="name">${name}</span>
            </button>
          </li>`;
        })}
      </ul>
    </details>`;
  }

  #add(names: readonly string[]): void {
    const [name = ""] = names;
    this.said = name.startsWith("-") ? words.packages.isLeftOut(plainName(name)) : words.packages.added(name);
    this.#change(names.reduce<readonly string[]>((all, each) => withPackage(all, each), this.packages));
  }

  #remove(name: string): void {
    this.said = words.packages.removed(name);
    this.#change(withoutPackage(this.packages, name));
  }

  /** The button that has the focus goes with its chip: the next one takes it, or the last. */
  async #removeChip(name: string, at: number): Promise<void> {
    this.#remove(name);
    await this.updateComplete;
    const buttons = this.renderRoot.querySelectorAll<HTMLElement>(".chip button");
    (buttons[Math.min(at, buttons.length - 1)] ?? this.renderRoot.querySelector<HTMLElement>("h2"))?.focus();
  }

  #change(detail: readonly string[]): void {
    this.dispatchEvent(new CustomEvent("packages", { detail }));
  }
}

customElements.define("pawl-package-choice", PawlPackageChoice);
