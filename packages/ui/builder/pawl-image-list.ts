import { css, html, LitElement, nothing } from "lit";
import { Download } from "lucide";
import { type Artifact, type ImagesForUse, imagesByUse, isForExperts } from "../data/image-uses.ts";
import "../elements/pawl-copy.ts";
import { base } from "../look/base.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/builder.ts";
import { size } from "../words/format.ts";

/** A build's images by what they are for, and the files that belong to them. */
export class PawlImageList extends LitElement {
  static override properties = {
    artifacts: { attribute: false },
    root: { type: String },
    system: { type: String },
  };
  declare artifacts: readonly Artifact[];
  /** Of the server, without a slash at the end. */
  declare root: string;
  /** What a device runs already: the distribution's title. */
  declare system: string;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 24px;
        grid-template-columns: minmax(0, 1fr);
      }
      h3 {
        font-size: 1.0625rem;
      }
      ul {
        padding: 0;
        list-style: none;
      }
      .image {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 4px 16px;
        max-width: none;
        padding: 12px 0 0;
      }
      .image + .image {
        border-top: 1px solid var(--line);
      }
      .name {
        font-weight: 550;
      }
      .sum {
        display: flex;
        align-items: center;
        gap: 4px;
        grid-column: 1 / -1;
        min-width: 0;
        margin-top: -8px;
      }
      .label {
        white-space: nowrap;
      }
      .sum code {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .files li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        flex-wrap: wrap;
        gap: 0 16px;
        max-width: none;
      }
      .files a {
        display: inline-flex;
        align-items: center;
        min-height: 44px;
        overflow-wrap: anywhere;
      }
      @media (max-width: 36rem) {
        .image {
          grid-template-columns: minmax(0, 1fr);
        }
        .sum {
          margin-top: 0;
        }
      }
    `,
  ];

  override render() {
    const { groups, others } = imagesByUse(this.artifacts);
    const usual = groups.filter((group) => !isForExperts(group));
    const experts = groups.filter(isForExperts);
    return html`
      ${usual.length === 0 ? html`<p>${words.result.noImages}</p>` : usual.map((group, i) => this.#group(group, i === 0))}
      <div>
        ${
          experts.length === 0
            ? nothing
            : html`<details ?open=${usual.length === 0}>
              <summary>${words.result.more}</summary>
              ${experts.map((group) => this.#group(group, false))}
            </details>`
        }
        ${others.length === 0 ? nothing : html`<details><summary>${words.result.files}</summary>${this.#files(others)}</details>`}
      </div>
    `;
  }

  #group({ use, images }: ImagesForUse, isFirst: boolean) {
    const title = use === "upgrade" ? words.result.use.upgrade(this.system) : words.result.use[use];
    return html`<section>
      <h3>${title}</h3>
      <p class="quiet small">${words.result.useHint[use]}</p>
      <ul>
        ${images.map((image, i) => this.#image(image, isFirst && i === 0))}
      </ul>
    </section>`;
  }

  #image({ name, type, filesystem, size: bytes, sha256, url }: Artifact, isPrimary: boolean) {
    const what = [type, filesystem].filter(Boolean).join(", ");
    return html`<li class="image">
      <div>
        <p><span class="name">${what}</span> <span class="quiet numbers">${size(bytes)}</span></p>
        <p class="quiet small">${name}</p>
      </div>
      <a
        class="button ${isPrimary ? "primary" : ""}"
        href=${this.root + url}
        download=${name}
        aria-label=${words.result.downloadNamed(what, size(bytes))}
        >${icon(Download)} ${words.result.download}</a
      >
      <p class="sum quiet small">
        <span class="label">${words.result.sha256}</span> <code class="mono">${sha256}</code>
        <pawl-copy bare label=${words.result.copySum} .text=${sha256}></pawl-copy>
      </p>
    </li>`;
  }

  #files(files: readonly Artifact[]) {
    return html`<ul class="files">
      ${files.map(
        ({ name, url, size: bytes }) => html`<li>
          <a href=${this.root + url} data-leaves target="_blank">${name}</a>
          <span class="quiet small numbers">${size(bytes)}</span>
        </li>`,
      )}
    </ul>`;
  }
}

customElements.define("pawl-image-list", PawlImageList);
