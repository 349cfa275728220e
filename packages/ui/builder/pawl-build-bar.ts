import { css, html, LitElement, nothing } from "lit";
import { LoaderCircle } from "lucide";
import type { WhyNot } from "../data/image-options.ts";
import type { Delay } from "../data/until-answered.ts";
import "../elements/pawl-delay.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/builder.ts";

/** Why nothing can be built yet. */
function reasonOf(why: WhyNot): string {
  switch (why.kind) {
    case "loading":
      return words.bar.loadingFirst;
    case "unknown-package":
      return words.bar.unknownFirst(why.name);
    case "rootfs":
      return words.bar.rootfsFirst;
    case "script":
      return words.bar.scriptFirst;
    default:
      return why satisfies never;
  }
}

/** What the request is at: not asked, on its way (and why that lasts), or refused. */
export type Asking =
  | { state: "idle" }
  | { state: "asking"; delay: Delay | null }
  | { state: "refused"; sentence: string };

export interface BuildBarState {
  can: true | WhyNot;
  asking: Asking;
}

/** The bar at the page's end, with the one thing to press. `build`, `stop`, and `try-now`. */
export class PawlBuildBar extends LitElement {
  static override properties = {
    summary: { type: String },
    can: { attribute: false },
    asking: { attribute: false },
  };
  declare summary: string;
  declare can: true | WhyNot;
  declare asking: Asking;

  static override styles = [
    base,
    css`
      :host {
        display: block;
        position: sticky;
        z-index: 3;
        bottom: 12px;
        padding: 12px 16px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .inner {
        display: grid;
        gap: 8px;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 16px;
      }
      .buttons {
        flex-wrap: nowrap;
        margin-left: auto;
      }
      @media (max-width: 36rem) {
        :host {
          bottom: 0;
          margin: 0 -16px;
          padding-bottom: calc(12px + env(safe-area-inset-bottom));
          border-width: 1px 0 0;
          border-radius: 0;
        }
        .buttons,
        .buttons .primary {
          width: 100%;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.summary = "";
    this.can = { kind: "loading" };
    this.asking = { state: "idle" };
  }

  override render() {
    const asking = this.asking;
    const isAsking = asking.state === "asking";
    const why = this.can === true ? null : reasonOf(this.can);
    // What is being read needs no words but the button's own.
    const reason = this.can === true || this.can.kind === "loading" ? null : why;
    const isDisabled = this.can !== true || isAsking;
    return html`<div class="inner">
      ${asking.state === "asking" && asking.delay !== null ? html`<pawl-delay .delay=${asking.delay}></pawl-delay>` : nothing}
      ${asking.state === "refused" ? html`<p class="danger" role="alert">${asking.sentence}</p>` : nothing}
      <div class="line">
        <p class="small numbers">
          <span class="quiet">${this.summary}</span>
          ${reason === null ? nothing : html`<span id="reason" class="warn">${reason}</span>`}
        </p>
        <div class="buttons">
          ${isAsking ? html`<button class="button" type="button" @click=${() => this.#say("stop")}>${words.bar.stop}</button>` : nothing}
          <button
            class="button primary"
            type="button"
            aria-disabled=${isDisabled}
            aria-describedby=${reason === null ? nothing : "reason"}
            title=${why ?? nothing}
            @click=${() => !isDisabled && this.#say("build")}
          >
            ${isAsking ? html`<span class="turning">${icon(LoaderCircle)}</span> ${words.bar.asking}` : words.bar.build}
          </button>
        </div>
      </div>
    </div>`;
  }

  #say(what: "build" | "stop"): void {
    this.dispatchEvent(new CustomEvent(what));
  }
}

customElements.define("pawl-build-bar", PawlBuildBar);
