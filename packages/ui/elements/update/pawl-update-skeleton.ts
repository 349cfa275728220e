import { css, html, LitElement } from "lit";
import { partLook } from "../../look/part.ts";
import { dialogWords as words } from "../../words/dialog.ts";

/** The overview's shape until the device was heard, so that nothing jumps when it was. */
export class PawlUpdateSkeleton extends LitElement {
  static override styles = [
    partLook,
    css`
      .skeleton {
        height: 16px;
      }
      .versions {
        width: 192px;
        height: 32px;
      }
      .facts {
        width: 256px;
        max-width: 80%;
      }
      .button.skeleton {
        width: 144px;
        height: 44px;
        border: 0;
        cursor: default;
      }
      .short {
        width: 60%;
      }
    `,
  ];

  override render() {
    return html`<div class="stack">
      <p class="visually-hidden" role="status">${words.loading}</p>
      <div class="skeleton versions"></div>
      <div class="skeleton facts"></div>
      <div class="skeleton"></div>
      <div class="skeleton"></div>
      <div class="skeleton short"></div>
      <div class="bar"><div class="button skeleton"></div></div>
    </div>`;
  }
}

customElements.define("pawl-update-skeleton", PawlUpdateSkeleton);
