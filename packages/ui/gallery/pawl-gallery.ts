import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { base } from "../look/base.ts";
import { entries } from "./entries.ts";
import type { GalleryEntry, PageEntry } from "./entry.ts";
import { addressOf, type GalleryPlace, placeOf, SCHEMES, WIDTHS } from "./place.ts";

/** How high a page is shown, in CSS pixels. */
const HEIGHT = { phone: 844, desk: 800 };

/** Each element in each state; by its address one of them alone, for whoever takes its picture. Not part of what we ship. */
class Gallery extends LitElement {
  static override styles = [
    base,
    css`
      :host { display: block; }
      .all { max-inline-size: none; padding: 24px; }
      nav, .tiles { display: flex; flex-wrap: wrap; gap: 8px 16px; margin-block: 12px; }
      nav a[aria-current] { font-weight: 650; text-decoration: none; color: inherit; }
      .tiles { gap: 24px; margin-block: 24px; }
      figure { min-inline-size: 12rem; }
      figcaption { margin-block-end: 6px; }
      iframe { border: 1px solid var(--line); border-radius: var(--radius); background: none; max-inline-size: 100%; }
      .alone { padding: 16px; }
      .alone.page { padding: 0; }
      .alone.page iframe { display: block; inline-size: 100%; block-size: 100dvh; border: 0; border-radius: 0; }
    `,
  ];

  readonly #place = placeOf(location.search);

  /** Where each state of each element stands alone; pages, too, when they are wanted. For whoever looks at all of them. */
  addresses({ pages = false } = {}): string[] {
    const wanted = entries.filter(({ kind }) => pages || kind === "element");
    return wanted.flatMap(({ element, states }) =>
      Object.keys(states).map((state) => new URL(addressOf(this.#place, { element, state }), location.href).href),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { scheme } = this.#place;
    if (scheme) document.documentElement.dataset.scheme = scheme;
  }

  override render() {
    const place = this.#place;
    const entry = entries.find(({ element }) => element === place.element) ?? entries[0];
    if (!entry) return nothing;
    if (entry.kind === "page") visitedBefore(entry);
    if (place.state !== null) return alone(entry, place.state, place);
    return html`<main class="all">
      <h1>Gallery</h1>
      <nav aria-label="Elements">${entries.map((each) => link(each.element, { element: each.element }, each === entry))}</nav>
      <nav aria-label="Scheme">
        ${link("as the system", { scheme: null }, place.scheme === null)}
        ${SCHEMES.map((scheme) => link(scheme, { scheme }, place.scheme === scheme))}
      </nav>
      <nav aria-label="Width">${WIDTHS.map((width) => link(`${width} px`, { width }, place.width === width))}</nav>
      <h2>${entry.element}</h2>
      <p class="quiet">${entry.about}</p>
      <div class="tiles">${Object.keys(entry.states).map((state) => tile(entry, state, place))}</div>
    </main>`;

    function link(words: string, change: Partial<GalleryPlace>, isHere: boolean): TemplateResult {
      const to = addressOf({ ...place, element: entry?.element ?? null }, change);
      return html`<a href=${to} aria-current=${isHere ? "page" : nothing}>${words}</a>`;
    }
  }
}

function visitedBefore({ kept = {} }: PageEntry): void {
  sessionStorage.clear();
  for (const [name, value] of Object.entries(kept)) sessionStorage.setItem(name, value);
}

function alone(entry: GalleryEntry, state: string, place: GalleryPlace): TemplateResult {
  if (entry.kind === "element")
    return html`<main class="alone">${entry.states[state]?.() ?? `There is no ${state}.`}</main>`;
  const address = entry.states[state];
  if (address === undefined) return html`<main class="alone">There is no ${state}.</main>`;
  return html`<main class="alone page"><iframe title=${state} src=${schemed(address, place)}></iframe></main>`;
}

function tile(entry: GalleryEntry, state: string, place: GalleryPlace): TemplateResult {
  const alone = addressOf(place, { element: entry.element, state });
  const isShown = entry.kind === "element" && entry.isInline;
  const own = entry.kind === "element" ? entry.height : undefined;
  const height = own ?? (place.width < 600 ? HEIGHT.phone : HEIGHT.desk);
  const page = entry.kind === "page" ? schemed(entry.states[state] ?? "", place) : alone;
  return html`<figure>
    <figcaption><a href=${alone}>${state}</a></figcaption>
    ${
      isShown
        ? entry.states[state]?.()
        : html`<iframe loading="lazy" title=${`${entry.element}: ${state}`} width=${place.width} height=${height} src=${page}></iframe>`
    }
  </figure>`;
}

/** A page in the scheme that the gallery is in. */
function schemed(address: string, { scheme }: GalleryPlace): string {
  if (scheme === null) return address;
  return `${address}${address.includes("?") ? "&" : "?"}scheme=${scheme}`;
}

customElements.define("pawl-gallery", Gallery);
