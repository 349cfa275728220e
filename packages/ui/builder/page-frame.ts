import { html, nothing } from "lit";
import { Braces, LayoutDashboard } from "lucide";
import type { ServerSchemas } from "../data/server.ts";
import { icon } from "../look/icon.ts";
import { brandMark } from "../look/page-frame.ts";
import type { Router } from "../look/router.ts";
import { words } from "../words/builder.ts";

/** What is above everything: where one is, and where else one could be. */
export function pageHeader(router: Router) {
  return html`<header>
    <a class="brand" href=${router.href("")}>${brandMark} <strong>${words.title}</strong></a>
    <nav aria-label=${words.nav.label}>
      <a href=${router.href("console")} data-leaves>${icon(LayoutDashboard)} ${words.nav.console}</a>
      <a href=${router.href("api/v2/docs")} data-leaves>${icon(Braces)} ${words.nav.api}</a>
    </nav>
  </header>`;
}

/** Whose server it is. */
export function pageFooter(server: ServerSchemas["Server"] | null) {
  return html`<footer class="quiet small">
    <span>${server === null ? nothing : words.footer.server(server.version)}</span>
    <span>${server === null ? nothing : nameOf(server)}</span>
    ${server === null || server.contact === "" ? nothing : html`<span>${words.footer.questions} ${contactLink(server.contact)}</span>`}
  </footer>`;
}

function nameOf({ public_url }: ServerSchemas["Server"]): string {
  return public_url !== null && URL.canParse(public_url) ? new URL(public_url).host : location.host;
}

/** Whoever runs the server has written an address of mail or of the web; or anything else. */
function contactLink(contact: string) {
  if (/^[^\s@]+@[^\s@]+$/.test(contact)) return html`<a href="mailto:${contact}">${contact}</a>`;
  return /^https?:\/\//.test(contact) ? html`<a href=${contact} rel="noreferrer">${contact}</a>` : contact;
}
