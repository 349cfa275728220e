import { css, html, LitElement, nothing } from "lit";
import { ArrowLeft } from "lucide";
import { deviceNames } from "../data/device-search.ts";
import { type ImageChoices, queryOf } from "../data/image-choices.ts";
import {
  buildRequest,
  canBuild,
  clientName,
  type ImageOptions,
  limitsOf,
  optionTrouble,
} from "../data/image-options.ts";
import { defaultPackages, roomOf } from "../data/package-choice.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-delay.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/builder.ts";
import { number, size } from "../words/format.ts";
import { BuildAsking } from "./asking.ts";
import { readDevice, targetPath } from "./device-place.ts";
import "./pawl-build-bar.ts";
import "./pawl-chosen-device.ts";
import "./pawl-image-options.ts";
import "./pawl-package-choice.ts";
import type { Releases } from "./releases.ts";
import type { ServerAt } from "./server-at.ts";

/** Choices that say which device of which version. */
export type DeviceChoices = ImageChoices & { distribution: string; version: string; target: string; profile: string };

/** One page of three parts, and the bar to build with. `choices`, `script` and `asked` tell what came of it. */
export class PawlImageChoices extends LitElement {
  static override properties = {
    at: { attribute: false },
    server: { attribute: false },
    choices: { attribute: false },
    script: { type: String },
    releases: { attribute: false },
    distributions: { attribute: false },
    searchHref: { type: String },
    awaySaid: { type: Boolean },
  };
  declare at: ServerAt;
  /** Null: it hasn't said yet what it allows. */
  declare server: ServerSchemas["Server"] | null;
  declare choices: DeviceChoices;
  declare script: string;
  declare releases: Releases | null;
  declare distributions: readonly ServerSchemas["Distribution"][];
  declare searchHref: string;
  /** The page says already that the server doesn't answer. */
  declare awaySaid: boolean;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0 16px;
      }
      h1 {
        overflow-wrap: anywhere;
      }
      .lost {
        display: grid;
        gap: 8px;
        justify-items: start;
      }
      h1.skeleton {
        width: 16rem;
        max-width: 100%;
        overflow: hidden;
        white-space: nowrap;
      }
    `,
  ];

  readonly #asking = new BuildAsking(this, () => JSON.stringify([queryOf(this.choices), this.script]));
  readonly #device = new LastingLoad(
    this,
    ([at, distribution, version, target, profile]: readonly [ServerAt, string, string, string, string], signal) =>
      readDevice(at, { distribution, version, target, profile }, signal),
    () => [this.at, this.choices.distribution, this.choices.version, this.choices.target, this.choices.profile],
  );
  readonly #set = new LastingLoad(
    this,
    ([at, , packages, profile]: readonly [ServerAt, string, string, string], signal) => {
      const call = at.client.POST(
        "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}/package-sets",
        {
          params: { path: targetPath(this.choices) },
          body: { profile, packages: packages.split(" ").filter(Boolean), only: false },
          signal,
        },
      );
      return answerOf(call);
    },
    () => {
      const { distribution, version, target, profile, packages } = this.choices;
      if (this.#device.value === undefined) return null;
      return [this.at, `${distribution} ${version} ${target}`, packages.join(" "), profile];
    },
  );

  override render() {
    const device = this.#device.value ?? null;
    if (this.#device.error !== undefined) return this.#lost(this.#device.error);
    const set = this.#set.value;
    const name = device === null ? null : (deviceNames(device.profile)[0] ?? this.choices.profile);
    return html`
      <div class="head">
        <h1 class=${name === null ? "skeleton" : ""}>${name ?? this.choices.profile}</h1>
        <a class="link" href=${this.searchHref}>${icon(ArrowLeft)} ${words.device.change}</a>
      </div>
      ${this.#delays()}
      <pawl-chosen-device
        .device=${device}
        .room=${device?.profile.image_limit ?? null}
        .releases=${this.releases}
        .distributions=${this.distributions}
        version=${this.choices.version}
        @version=${({ detail }: CustomEvent<string>) => this.#choose({ version: detail })}
        @distribution=${({ detail }: CustomEvent<string>) => this.#choose({ distribution: detail, version: null })}
      ></pawl-chosen-device>
      <pawl-package-choice
        .at=${this.at}
        .place=${this.choices}
        .packages=${this.choices.packages}
        .defaults=${device === null ? [] : defaultPackages(device.target, device.profile)}
        .set=${set}
        ?uncounted=${this.#set.error !== undefined}
        ?stale=${this.#set.isLoading}
        @packages=${({ detail }: CustomEvent<readonly string[]>) => this.#choose({ packages: detail })}
      ></pawl-package-choice>
      ${this.#uncounted()}
      <pawl-image-options
        .options=${this.#options}
        .filesystems=${device?.profile.images.map(({ filesystem }) => filesystem ?? "") ?? []}
        .limits=${this.server && limitsOf(this.server)}
        .trouble=${this.#trouble}
        @options=${({ detail }: CustomEvent<ImageOptions>) => this.#choseOptions(detail)}
      ></pawl-image-options>
      <pawl-build-bar
        summary=${this.#summary()}
        .can=${canBuild(device !== null, set, this.#trouble)}
        .asking=${this.#asking.now}
        @build=${this.#build}
        @stop=${() => this.#asking.stop()}
        @try-now=${() => this.#asking.tryNow()}
      ></pawl-build-bar>
    `;
  }

  get #options(): ImageOptions {
    const { filesystem, rootfsSizeMb } = this.choices;
    return { filesystem, rootfsSizeMb, script: this.script };
  }

  get #trouble() {
    return optionTrouble(this.#options, this.server && limitsOf(this.server));
  }

  /** Once, whatever is waited for. */
  #delays() {
    const load = this.#device.delay ? this.#device : this.#set;
    if (this.awaySaid || load.delay === null) return nothing;
    return html`<pawl-delay class="card" .delay=${load.delay} @try-now=${() => load.tryNow()}></pawl-delay>`;
  }

  /** An answer that there won't be is no reason not to build. */
  #uncounted() {
    const { error } = this.#set;
    return error instanceof Error ? html`<p class="card warn" role="status">${error.message}</p>` : nothing;
  }

  #lost(error: unknown) {
    const isGone = error instanceof ApiFailure && (error.code === "unknown_profile" || error.code === "unknown_target");
    return html`<section class="card lost">
      <h1>${isGone ? words.device.gone(this.choices.version) : error instanceof Error ? error.message : nothing}</h1>
      <p class="quiet">${words.device.goneNext}</p>
      <pawl-version-choice
        .releases=${this.releases}
        .distributions=${this.distributions}
        version=${this.choices.version}
        @version=${({ detail }: CustomEvent<string>) => this.#choose({ version: detail })}
        @distribution=${({ detail }: CustomEvent<string>) => this.#choose({ distribution: detail, version: null })}
      ></pawl-version-choice>
      <a class="button" href=${this.searchHref}>${words.device.search}</a>
    </section>`;
  }

  #summary(): string {
    const { version, packages } = this.choices;
    const count = packages.filter((name) => !name.startsWith("-")).length;
    const room = this.#set.value && roomOf(this.#set.value);
    const title = `${this.releases?.distribution.title ?? ""} ${version}`.trim();
    const chosen = count === 0 ? words.bar.summaryNone(title) : words.bar.summary(title, number(count), count === 1);
    return room === undefined || room.kind === "difference" ? chosen : `${chosen}, ${words.bar.size(size(room.used))}`;
  }

  #choose(change: Partial<ImageChoices>): void {
    this.dispatchEvent(new CustomEvent<ImageChoices>("choices", { detail: { ...this.choices, ...change } }));
  }

  #choseOptions({ script, ...options }: ImageOptions): void {
    if (script !== this.script) this.dispatchEvent(new CustomEvent<string>("script", { detail: script }));
    else this.#choose(options);
  }

  readonly #build = async () => {
    const body = buildRequest(this.choices, this.script, clientName(this.server));
    const asked = await this.#asking.ask(this.at, body);
    if (asked) this.dispatchEvent(new CustomEvent<ServerSchemas["AskedBuild"]>("asked", { detail: asked }));
  };
}

customElements.define("pawl-image-choices", PawlImageChoices);
