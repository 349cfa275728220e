import { css, html, LitElement, nothing } from "lit";
import { forgetBuild } from "../data/build-memory.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import { LastingLoad } from "../elements/lasting-load.ts";
import { base } from "../look/base.ts";
import { words } from "../words/builder.ts";
import { number } from "../words/format.ts";
import { browserKeep } from "./browser-keep.ts";
import type { ServerAt } from "./server-at.ts";

interface Compared {
  against: string;
  diff: ServerSchemas["ManifestDiff"];
}

/** So many packages are shown of each kind. */
const MOST_SHOWN = 30;

/** What an image has that the one before doesn't. Nothing, where no earlier one is there any more. */
export class PawlImageDiff extends LitElement {
  static override properties = {
    at: { attribute: false },
    build: { type: String },
    earlier: { attribute: false },
    hrefOf: { attribute: false },
  };
  declare at: ServerAt;
  declare build: string;
  /** Ids, the newest first: the first that is still there is compared. */
  declare earlier: readonly string[];
  declare hrefOf: (id: string) => string;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      section {
        display: grid;
        gap: 8px;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr);
        gap: 8px 16px;
      }
      dt {
        color: var(--text-quiet);
      }
      ul {
        padding: 0;
        list-style: none;
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

  readonly #diff = new LastingLoad(
    this,
    ([at, build, earlier]: readonly [ServerAt, string, string], signal) =>
      compare(at, build, earlier.split(" "), signal),
    () => (this.earlier.length === 0 ? null : [this.at, this.build, this.earlier.join(" ")]),
  );

  override render() {
    const compared = this.#diff.value ?? null;
    if (compared === null) return nothing;
    const { added, removed, changed, unchanged } = compared.diff;
    const isSame = added.length + removed.length + changed.length === 0;
    return html`<section aria-labelledby="heading">
      <h2 id="heading">${words.diff.heading}</h2>
      ${isSame ? html`<p>${words.diff.none}</p>` : nothing}
      <dl ?hidden=${isSame}>
        ${kind(
          words.diff.added,
          added.map(({ name, version }) => [name, version]),
        )}
        ${kind(
          words.diff.removed,
          removed.map(({ name, version }) => [name, version]),
        )}
        ${kind(
          words.diff.changed,
          changed.map(({ name, from, to }) => [name, words.diff.from(from, to)]),
        )}
      </dl>
      <p class="quiet small">
        ${isSame ? nothing : words.diff.same(number(unchanged))}
        <a href=${this.hrefOf(compared.against)}>${words.diff.show}</a>
      </p>
    </section>`;
  }
}

function kind(title: string, packages: readonly (readonly [name: string, version: string])[]) {
  if (packages.length === 0) return nothing;
  const more = packages.length - MOST_SHOWN;
  return html`<dt>${title}</dt>
    <dd>
      <ul>
        ${packages
          .slice(0, MOST_SHOWN)
          .map(([name, version]) => html`<li>${name} <span class="quiet small numbers">${version}</span></li>`)}
        ${more > 0 ? html`<li class="quiet small">${words.diff.more(number(more))}</li>` : nothing}
      </ul>
    </dd>`;
}

async function compare({ client }: ServerAt, id: string, earlier: readonly string[], signal: AbortSignal) {
  for (const against of earlier) {
    try {
      const params = { path: { id }, query: { against } };
      const diff = await answerOf(client.GET("/api/v2/builds/{id}/diff", { params, signal }));
      return { against, diff } satisfies Compared;
    } catch (error) {
      // Gone, or it came to no image: the one before it may do.
      if (!(error instanceof ApiFailure) || error.status === null || error.status >= 500 || error.status === 429)
        throw error;
      if (error.code === "not_found") forgetBuild(against, browserKeep("local"));
    }
  }
  return null;
}

customElements.define("pawl-image-diff", PawlImageDiff);
