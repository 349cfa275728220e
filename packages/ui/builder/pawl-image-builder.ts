import { css, html, LitElement, nothing } from "lit";
import { rememberBuild, rememberSecret } from "../data/build-memory.ts";
import type { FoundDevice } from "../data/device-search.ts";
import { offeredDistributions, usualDistribution } from "../data/distributions.ts";
import { choicesOfBuild, type ImageChoices } from "../data/image-choices.ts";
import { clientName } from "../data/image-options.ts";
import { answerOf, type ServerSchemas } from "../data/server.ts";
import type { Delay } from "../data/until-answered.ts";
import { usualVersion } from "../data/version-groups.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-delay.ts";
import { base } from "../look/base.ts";
import { frameLook } from "../look/page-frame.ts";
import { apiRoot } from "../look/router.ts";
import { words } from "../words/builder.ts";
import { browserKeep } from "./browser-keep.ts";
import { readDeviceName } from "./device-place.ts";
import { ImageAddress } from "./image-address.ts";
import { keepScript, keptScript } from "./kept-script.ts";
import { pageFooter, pageHeader } from "./page-frame.ts";
import "./pawl-build-page.ts";
import "./pawl-image-choices.ts";
import type { DeviceChoices } from "./pawl-image-choices.ts";
import "./pawl-image-start.ts";
import { readReleases } from "./releases.ts";
import { type ServerAt, serverAt } from "./server-at.ts";

/** The image builder: what one sees is what the address says. */
export class PawlImageBuilder extends LitElement {
  static override properties = {
    fetch: { attribute: false },
    script: { state: true },
    built: { state: true },
    round: { state: true },
  };
  /** In place of the network's. */
  declare fetch: typeof globalThis.fetch | undefined;
  declare script: string;
  /** The build that is shown, once something was heard of it. */
  declare built: ServerSchemas["Build"] | null;
  declare round: number;

  static override styles = [
    base,
    frameLook,
    css`
      .skeleton {
        width: 16rem;
        max-width: 100%;
        overflow: hidden;
        white-space: nowrap;
      }
      .lost {
        display: grid;
        gap: 16px;
        justify-items: start;
      }
    `,
  ];

  readonly #address = new ImageAddress(this, () => usualDistribution(this.#info.value?.[1].items ?? []));
  #at: ServerAt | null = null;
  #view: "start" | "choices" | "run" | null = null;

  readonly #info = new LastingLoad(
    this,
    ([{ client }]: readonly [ServerAt], signal) =>
      Promise.all([
        answerOf(client.GET("/api/v2/server", { signal })),
        answerOf(client.GET("/api/v2/distributions", { signal })),
      ]),
    () => [this.at],
  );
  readonly #releases = new LastingLoad(
    this,
    ([at, distribution]: readonly [ServerAt, string], signal) => readReleases(at, distribution, signal),
    () => {
      const { distribution } = this.#shown;
      return distribution === null ? null : [this.at, distribution];
    },
  );

  readonly #name = new LastingLoad(
    this,
    ([at, distribution, version, target, profile]: readonly [ServerAt, string, string, string, string], signal) =>
      readDeviceName(at, { distribution, version, target, profile }, signal),
    () => {
      const { distribution, version, target, profile } = this.#shown;
      if (distribution === null || version === null || target === null || profile === null) return null;
      return [this.at, distribution, version, target, profile];
    },
  );

  constructor() {
    super();
    this.script = keptScript();
    this.built = null;
    this.round = 0;
  }

  get at(): ServerAt {
    this.#at ??= serverAt({ url: apiRoot(), ...(this.fetch && { fetch: this.fetch }) });
    return this.#at;
  }

  /** What is on the page: of a build what it was asked for with, whatever else the address says. */
  get #shown(): ImageChoices {
    const { choices, distribution } = this.#address;
    if (choices.build !== null && this.built?.id === choices.build) return choicesOfBuild(this.built);
    return { ...choices, distribution };
  }

  override render() {
    const [server = null, distributions] = this.#info.value ?? [];
    const { choices, distribution, router } = this.#address;
    const offered = offeredDistributions(distributions?.items ?? [], distribution);
    this.#title(choices);
    return html`
      ${pageHeader(router)}
      <main id="content" tabindex="-1">
        ${this.#delayed === null ? nothing : delayNotice(this.#delayed)} ${this.#content(choices, server, offered)}
      </main>
      ${pageFooter(server)}
    `;
  }

  #content(
    choices: ImageChoices,
    server: ServerSchemas["Server"] | null,
    distributions: readonly ServerSchemas["Distribution"][],
  ) {
    const releases = this.#releases.value ?? null;
    const version = choices.version ?? (releases && usualVersion(releases.versions, releases.distribution)) ?? "";
    const { distribution } = this.#address;
    if (choices.build !== null) return this.#run(choices.build);
    if (this.#releases.error instanceof Error) return this.#lost(this.#releases.error.message);
    const { target, profile } = choices;
    if (distribution !== null && version !== "" && target !== null && profile !== null) {
      const chosen: DeviceChoices = { ...choices, distribution, version, target, profile };
      return html`<pawl-image-choices
        .at=${this.at}
        .server=${server}
        .choices=${chosen}
        .script=${this.script}
        .releases=${releases}
        .distributions=${distributions}
        searchHref=${this.#address.choicesHref({ ...choices, target: null, profile: null, packages: [] })}
        ?awaySaid=${this.#delayed !== null}
        @choices=${({ detail }: CustomEvent<ImageChoices>) => this.#address.go(detail, true)}
        @script=${({ detail }: CustomEvent<string>) => this.#keepScript(detail)}
        @asked=${({ detail }: CustomEvent<ServerSchemas["AskedBuild"]>) => this.#asked(detail)}
      ></pawl-image-choices>`;
    }
    // Which of them it is will be known in a moment: nobody has to search meanwhile.
    if (profile !== null && releases === null) return html`<h1 class="skeleton">${profile}</h1>`;
    return html`<pawl-image-start
      .at=${this.at}
      .releases=${releases}
      .distributions=${distributions}
      version=${version}
      .hrefOf=${this.#address.buildHref}
      @choose=${({ detail: { target, profile } }: CustomEvent<FoundDevice>) =>
        this.#address.go({ ...choices, version, target, profile })}
      @version=${({ detail }: CustomEvent<string>) => this.#address.go({ ...choices, version: detail }, true)}
      @distribution=${({ detail }: CustomEvent<string>) =>
        this.#address.go({ ...choices, distribution: detail, version: null }, true)}
    ></pawl-image-start>`;
  }

  #lost(sentence: string) {
    return html`<section class="card lost">
      <h1>${sentence}</h1>
      <a class="button primary" href=${this.#address.startHref}>${words.run.start}</a>
    </section>`;
  }

  #run(build: string) {
    const known = this.built?.id === build ? this.built : null;
    const choices = this.#shown;
    return html`<pawl-build-page
      .at=${this.at}
      build=${build}
      .round=${this.round}
      .known=${known}
      .choices=${choices}
      .script=${this.script}
      client=${clientName(this.#info.value?.[0] ?? null)}
      name=${this.#name.value ?? choices.profile ?? words.title}
      system=${this.#releases.value?.distribution.title ?? ""}
      .hrefOf=${this.#address.buildHref}
      .line=${this.#address.line}
      .lineHref=${this.#address.lineHref}
      .choicesHref=${this.#address.choicesHref}
      startHref=${this.#address.startHref}
      @built=${({ detail }: CustomEvent<ServerSchemas["Build"]>) => (this.built = detail)}
      @asked=${({ detail }: CustomEvent<ServerSchemas["AskedBuild"]>) => this.#asked(detail)}
      @choices=${({ detail }: CustomEvent<ImageChoices>) => this.#address.go(detail)}
      @line=${({ detail }: CustomEvent<number>) => this.#address.goToLine(detail)}
    ></pawl-build-page>`;
  }

  /** Whoever goes on to another view begins at its top, with the keyboard, too. */
  protected override updated(): void {
    const { build, profile } = this.#address.choices;
    const view = build !== null ? "run" : profile !== null ? "choices" : "start";
    const before = this.#view;
    this.#view = view;
    if (before === null || before === view) return;
    scrollTo(0, 0);
    this.renderRoot.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  }

  /** What is waited for that the whole page needs. */
  get #delayed() {
    return [this.#info, this.#releases].find(({ delay }) => delay !== null) ?? null;
  }

  #title({ build }: ImageChoices): void {
    const name = this.#name.value ?? "";
    const state = build !== null && this.built?.id === build ? words.tab[this.built.state] : "";
    const about = [state, name].filter(Boolean).join(" · ");
    document.title = about === "" ? words.title : words.pageTitle(about);
  }

  #keepScript(script: string): void {
    this.script = script;
    keepScript(script);
  }

  #asked({ build, secret }: ServerSchemas["AskedBuild"]): void {
    rememberBuild(build, build.id, browserKeep("local"));
    rememberSecret(build.id, secret, browserKeep("session"));
    this.built = build;
    this.round += 1;
    this.#address.go(choicesOfBuild(build));
  }
}

const delayNotice = (load: { delay: Delay | null; tryNow(): void }) =>
  html`<pawl-delay class="card" .delay=${load.delay} @try-now=${() => load.tryNow()}></pawl-delay>`;

customElements.define("pawl-image-builder", PawlImageBuilder);
