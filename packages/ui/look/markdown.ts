import DOMPurify from "dompurify";
import { Marked } from "marked";

/** Parsing takes longer than it is long: what is beyond is for the publisher's own page. In characters. */
export const MOST_CHARACTERS = 20_000;

const TAGS = [
  ...["p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "del", "a"],
  ...["h4", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "kbd", "sub", "sup"],
];

const marked = new Marked({ gfm: true, async: false });

/**
 * Markdown of strangers as nodes that do nothing: text, lists, tables and links. Nothing in it runs, is fetched or has a
 * style; a picture is a link to it. The only place where a string becomes HTML.
 */
export function markdown(text: string): DocumentFragment {
  const beginning = text.slice(0, MOST_CHARACTERS);
  const html = htmlOf(beginning);
  if (html === null) return plain(beginning);
  // In a document of its own nothing is loaded and nothing runs.
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const picture of body.querySelectorAll("img")) picture.replaceWith(linkTo(picture));
  for (const heading of body.querySelectorAll("h1, h2, h3, h5, h6")) heading.replaceWith(as("h4", heading));
  for (const empty of body.querySelectorAll("th:empty")) empty.replaceWith(as("td", empty));
  const fragment = DOMPurify.sanitize(body.innerHTML, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ["href", "start"],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll("a")) leave(link);
  for (const wide of fragment.querySelectorAll("pre, table")) wide.setAttribute("tabindex", "0");
  return fragment;
}

/** Null: it is nested deeper than anybody writes, and can't be read. */
function htmlOf(text: string): string | null {
  try {
    return marked.parse(text, { async: false });
  } catch {
    return null;
  }
}

function plain(text: string): DocumentFragment {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  const fragment = document.createDocumentFragment();
  fragment.append(paragraph);
  return fragment;
}

function linkTo(picture: HTMLImageElement): HTMLElement {
  const link = picture.ownerDocument.createElement("a");
  link.setAttribute("href", picture.getAttribute("src") ?? "");
  link.textContent = picture.getAttribute("alt") || picture.getAttribute("src") || "";
  // A picture may itself be in a link, and links don't nest.
  if (!picture.closest("a")) return link;
  const text = picture.ownerDocument.createElement("span");
  text.textContent = link.textContent;
  return text;
}

/** Headings of strangers skip levels as they like; below the page's own they are all of one. */
function as(tag: string, element: Element): HTMLElement {
  const other = element.ownerDocument.createElement(tag);
  other.append(...element.childNodes);
  return other;
}

function leave(link: HTMLAnchorElement): void {
  if (!link.hasAttribute("href")) return;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
}
