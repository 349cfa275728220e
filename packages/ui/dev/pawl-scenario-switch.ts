import { css, html, LitElement } from "lit";
import { DEVICE_SCENARIOS } from "../stand-in/device/scenarios.ts";
import { SERVER_SCENARIOS } from "../stand-in/server/scenarios.ts";

/** In a corner of each page that is shown on the stand-in: which scenario it shows. Not part of what we ship. */
class ScenarioSwitch extends LitElement {
  static override styles = css`
    :host { position: fixed; inset: auto auto 0 0; z-index: 9; opacity: 0.6; font: 12px system-ui; }
    :host(:hover), :host(:focus-within) { opacity: 1; }
    select { max-inline-size: 11rem; font: inherit; }
    @media print { :host { display: none; } }
  `;

  override render() {
    const [, site, now] = /^\/sites\/(device|server)(?:~([\w-]+))?\//.exec(location.pathname) ?? [];
    const [scenarios, first] = site === "server" ? [SERVER_SCENARIOS, "normal"] : [DEVICE_SCENARIOS, "available"];
    return html`<select aria-label="Scenario of the stand-in" @change=${choose}>
      ${Object.entries<{ title: string }>(scenarios).map(
        ([name, { title }]) =>
          html`<option value=${name} ?selected=${name === (now ?? first)}>${name}: ${title}</option>`,
      )}
    </select>`;
  }
}

function choose({ target }: Event): void {
  if (!(target instanceof HTMLSelectElement)) return;
  const url = new URL(location.href);
  url.searchParams.set("scenario", target.value);
  location.assign(url);
}

customElements.define("pawl-scenario-switch", ScenarioSwitch);
// As the gallery wants it.
const scheme = new URLSearchParams(location.search).get("scheme");
if (scheme) document.documentElement.dataset.scheme = scheme;
// A page within a page is looked at for itself.
if (window.parent === window) document.body.append(document.createElement("pawl-scenario-switch"));
