import { css, html, LitElement, nothing } from "lit";
import { forgetBuild } from "../data/build-memory.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import { base } from "../look/base.ts";
import { words as buildWords } from "../words/build.ts";
import { words } from "../words/builder.ts";
import { exactTime, relativeTime } from "../words/format.ts";
import { browserKeep } from "./browser-keep.ts";
import { readDeviceName } from "./device-place.ts";
import type { ServerAt } from "./server-at.ts";

type Build = ServerSchemas["Build"];

/** What this browser asked for lately, and the way back to it. Nothing where there is nothing. */
export class PawlRecentBuilds extends LitElement {
  static override properties = { at: { attribute: false }, ids: { attribute: false }, hrefOf: { attribute: false } };
  declare at: ServerAt;
  declare ids: readonly string[];
  declare hrefOf: (id: string) => string;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      ul {
        padding: 0;
        list-style: none;
      }
      a {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        align-items: center;
        gap: 0 16px;
        min-height: 44px;
        padding: 8px 0;
        border-bottom: 1px solid var(--line);
        text-decoration: none;
      }
      .name {
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      h2 {
        font-size: 1rem;
      }
    `,
  ];

  readonly #builds = new LastingLoad(
    this,
    ([ids]: readonly [string, ServerAt], signal) => Promise.all(ids.split(" ").map((id) => this.#look(id, signal))),
    () => (this.ids.length === 0 ? null : [this.ids.join(" "), this.at]),
  );

  override render() {
    const builds = (this.#builds.value ?? []).filter((build) => build !== null);
    if (builds.length === 0) return nothing;
    return html`<h2>${words.start.recent}</h2>
      <ul>
        ${builds.map(
          ({ build, name }) => html`<li>
            <a href=${this.hrefOf(build.id)}
              ><span class="name">${name}</span>
              <span class="quiet small"
                >${build.version}, ${buildWords.state[build.state]},
                <time datetime=${build.enqueued_at} title=${exactTime(build.enqueued_at)}
                  >${relativeTime(build.enqueued_at)}</time
                ></span
              ></a
            >
          </li>`,
        )}
      </ul>`;
  }

  async #look(id: string, signal: AbortSignal): Promise<{ build: Build; name: string } | null> {
    try {
      const build = await answerOf(this.at.client.GET("/api/v2/builds/{id}", { params: { path: { id } }, signal }));
      return { build, name: await readDeviceName(this.at, build, signal) };
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.code !== "not_found") throw error;
      forgetBuild(id, browserKeep("local"));
      return null;
    }
  }
}

customElements.define("pawl-recent-builds", PawlRecentBuilds);
