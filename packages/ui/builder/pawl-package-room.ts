import { css, html, LitElement, nothing } from "lit";
import { effectOf, type PackageSet, roomOf } from "../data/package-choice.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { number, size } from "../words/format.ts";

/** What the chosen packages come to, against what the device has room for. */
export class PawlPackageRoom extends LitElement {
  static override properties = { set: { attribute: false }, packages: { attribute: false }, stale: { type: Boolean } };
  /** Undefined: it is being counted. */
  declare set: PackageSet | undefined;
  declare packages: readonly string[];
  /** The figures are of the choice before. */
  declare stale: boolean;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      :host([stale]) .bar {
        opacity: 0.7;
      }
      .bar {
        height: 10px;
        margin: 6px 0;
        border-radius: 5px;
        background: var(--surface-2);
        border: 1px solid var(--line);
        overflow: hidden;
      }
      .bar > div {
        height: 100%;
        background: var(--accent);
        transition: width 0.2s;
      }
      .over > div {
        background: var(--danger);
      }
      .counting {
        min-height: 4rem;
      }
      .line {
        display: flex;
        max-width: none;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 16px;
      }
    `,
  ];

  constructor() {
    super();
    this.packages = [];
    this.stale = false;
  }

  override render() {
    if (this.set === undefined) return html`<p class="counting quiet small">${words.packages.counting}</p>`;
    return html`${this.#room(this.set)}<p class="quiet small numbers">${this.#yours(this.set)}</p>`;
  }

  #room(set: PackageSet) {
    const room = roomOf(set);
    if (room.kind === "difference") return nothing;
    if (room.kind === "size") {
      return html`<p class="numbers"><strong>${words.packages.about(size(room.used))}</strong></p>
        <p class="quiet small">${words.packages.roomUnknown}</p>`;
    }
    const { used, limit } = room;
    const left = limit - used;
    const width = `${Math.min(100, (used / limit) * 100)}%`;
    return html`<p class="line numbers">
        <strong>${words.packages.room(size(used), size(limit))}</strong>
        <span class="quiet">${left >= 0 ? words.packages.fits(size(left)) : nothing}</span>
      </p>
      <div class="bar ${left < 0 ? "over" : ""}" aria-hidden="true"><div .style=${`width: ${width}`}></div></div>
      ${left < 0 ? html`<p class="danger">${words.packages.tooBig(size(-left))}</p>` : nothing}`;
  }

  #yours(set: PackageSet) {
    const effect = effectOf(this.packages, set);
    switch (effect.kind) {
      case "nothing-chosen":
        return words.packages.nothing;
      case "none":
        return nothing;
      case "anyway":
        return this.stale ? words.packages.counting : words.packages.anyway;
      case "saves":
        return words.packages.saves(size(effect.bytes));
      case "takes":
        return words.packages.yoursTake(size(effect.bytes), number(effect.count), effect.count === 1);
      default:
        return effect satisfies never;
    }
  }
}

customElements.define("pawl-package-room", PawlPackageRoom);
