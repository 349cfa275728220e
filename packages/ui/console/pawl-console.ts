import { html, LitElement } from "lit";
import { base } from "../look/base.ts";

export class PawlConsole extends LitElement {
  static override styles = base;

  override render() {
    return html`<main></main>`;
  }
}

customElements.define("pawl-console", PawlConsole);
