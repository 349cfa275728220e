import { css, html, LitElement, nothing } from "lit";
import { type Remedy, remedied } from "../data/build-failure.ts";
import { buildsFor } from "../data/build-memory.ts";
import { choicesOfBuild, type ImageChoices } from "../data/image-choices.ts";
import { buildRequest } from "../data/image-options.ts";
import type { ServerSchemas } from "../data/server.ts";
import "../elements/pawl-delay.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { number } from "../words/format.ts";
import { BuildAsking } from "./asking.ts";
import { browserKeep } from "./browser-keep.ts";
import "./pawl-build-run.ts";
import type { ServerAt } from "./server-at.ts";

/** So many packages stand above the build; the others are folded. */
const MOST_NAMED = 12;

/** A build with what it was asked for, and the way to the next one. `built`, `asked`, `choices` and `line` tell what came of it. */
export class PawlBuildPage extends LitElement {
  static override properties = {
    at: { attribute: false },
    build: { type: String },
    round: { type: Number },
    known: { attribute: false },
    choices: { attribute: false },
    script: { type: String },
    client: { type: String },
    name: { type: String },
    system: { type: String },
    hrefOf: { attribute: false },
    choicesHref: { attribute: false },
    startHref: { type: String },
    line: { attribute: false },
    lineHref: { attribute: false },
    same: { state: true },
  };
  declare at: ServerAt;
  /** Its id. */
  declare build: string;
  declare round: number;
  /** Null: nothing was heard of it yet. */
  declare known: ServerSchemas["Build"] | null;
  /** What it was asked for with, as far as that is known. */
  declare choices: ImageChoices;
  /** The first-boot script that was written last in this tab: a build doesn't say its own. */
  declare script: string;
  declare client: string;
  /** Of the device. */
  declare name: string;
  declare system: string;
  declare hrefOf: (id: string) => string;
  declare choicesHref: (choices: ImageChoices) => string;
  declare startHref: string;
  /** Of its log, that the address names. */
  declare line: number | null;
  declare lineHref: (line: number) => string;
  /** The build whose failure the server has answered with once more; null: none. */
  declare same: string | null;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      h1 {
        overflow-wrap: anywhere;
      }
    `,
  ];

  readonly #asking = new BuildAsking(this, () => this.build);

  constructor() {
    super();
    this.same = null;
  }

  override render() {
    const { now } = this.#asking;
    const earlier = buildsFor(this.choices, browserKeep("local"));
    const isDevice = this.choices.profile !== null && this.choices.target !== null;
    return html`
      <div>
        <h1>${this.name}</h1>
        ${this.known === null ? nothing : this.#summary(this.known)}
      </div>
      ${now.state === "refused" ? html`<p class="danger" role="alert">${now.sentence}</p>` : nothing}
      ${this.same === this.build ? html`<p class="card warn" role="status">${words.failed.same}</p>` : nothing}
      ${
        now.state === "asking" && now.delay
          ? html`<pawl-delay class="card" .delay=${now.delay} @try-now=${() => this.#asking.tryNow()}></pawl-delay>`
          : nothing
      }
      <pawl-build-run
        .at=${this.at}
        build=${this.build}
        .round=${this.round}
        system=${this.system}
        .earlier=${earlier.slice(earlier.indexOf(this.build) + 1)}
        .hrefOf=${this.hrefOf}
        changeHref=${isDevice ? this.choicesHref({ ...this.choices, build: null }) : ""}
        startHref=${this.startHref}
        .line=${this.line}
        .lineHref=${this.lineHref}
        ?busy=${now.state === "asking"}
        @built=${({ detail }: CustomEvent<ServerSchemas["Build"]>) => this.#say("built", detail)}
        @again=${() => this.known && this.#askFor(choicesOfBuild(this.known))}
        @remedy=${({ detail }: CustomEvent<Remedy>) => this.#remedy(detail)}
        @line=${({ detail }: CustomEvent<number>) => this.#say("line", detail)}
      ></pawl-build-run>
    `;
  }

  /** Somebody with a hundred packages has come for the image, too. */
  #summary({ version, packages, filesystem, rootfs_size_mb, has_defaults }: ServerSchemas["Build"]) {
    const names = packages.map((name) => name.replace(/^-/, "−"));
    const more = names.length > MOST_NAMED ? names.splice(MOST_NAMED - 1) : [];
    const parts = [
      `${this.system} ${version}`.trim(),
      ...(filesystem === null ? [] : [filesystem]),
      ...(rootfs_size_mb === null ? [] : [`${number(rootfs_size_mb)} ${words.options.rootfsUnit}`]),
      ...(has_defaults ? [words.options.script] : []),
      ...names,
    ];
    return html`<p class="quiet">${parts.join(" · ")}</p>
      ${
        more.length === 0
          ? nothing
          : html`<details class="quiet">
              <summary>${words.run.morePackages(number(more.length))}</summary>
              <p>${more.join(" · ")}</p>
            </details>`
      }`;
  }

  #remedy(remedy: Remedy): void {
    if (this.known === null) return;
    const choices = choicesOfBuild(this.known);
    const changed = remedied(choices, remedy);
    // Which package can go, somebody has to say.
    if (changed === null) this.#say("choices", { ...choices, build: null });
    else void this.#askFor(changed);
  }

  async #askFor(choices: ImageChoices): Promise<void> {
    const { distribution, version, target, profile } = choices;
    if (distribution === null || version === null || target === null || profile === null) return;
    const hasScript = this.known?.has_defaults === true;
    // Whoever wrote the script has to give it once more: the server tells it to nobody.
    if (hasScript && this.script === "") return this.#say("choices", { ...choices, build: null });
    const place = { distribution, version, target, profile };
    const body = buildRequest({ ...choices, ...place }, hasScript ? this.script : "", this.client);
    this.same = null;
    const asked = await this.#asking.ask(this.at, body);
    if (asked === null) return;
    if (asked.build.id === this.build && asked.build.state === "failed") this.same = this.build;
    else this.#say("asked", asked);
  }

  #say(what: "built" | "asked" | "choices" | "line", detail: unknown): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

customElements.define("pawl-build-page", PawlBuildPage);
