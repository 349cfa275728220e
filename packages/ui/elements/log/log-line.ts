import { html, nothing } from "lit";
import { partsOf } from "../../data/log-search.ts";
import { exactTime } from "../../words/format.ts";
import { words } from "../../words/log.ts";

export interface LogViewLine {
  number: number;
  text: string;
  at?: string | null;
  stream?: "stdout" | "stderr" | "note";
  tone?: "note" | "warn" | "error" | null;
}

interface Look {
  isMarked: boolean;
  /** What was searched for leads here. */
  isCurrent: boolean;
  query: string;
  /** Its own address; null: it has none. */
  href: string | null;
  choose: (event: MouseEvent) => void;
}

/** A line of a log, with its number and what was found in it. */
export function logLine(line: LogViewLine, { isMarked, isCurrent, query, href, choose }: Look) {
  const { number: of, text, at, stream, tone } = line;
  const looks = tone ?? (stream === "note" ? "note" : "");
  const classes = `${looks} ${isMarked ? "marked" : ""} ${isCurrent ? "current" : ""}`;
  const shown =
    href === null
      ? html`<span class="number" aria-hidden="true">${of}</span>`
      : html`<a class="number" href=${href} aria-label=${words.link(`${of}`)} tabindex=${isCurrent || isMarked ? 0 : -1} @click=${choose}>${of}</a>`;
  return html`<li class=${classes} title=${at ? exactTime(at) : nothing} aria-current=${isMarked ? "location" : nothing}>${shown}<span>${partsOf(text, query).map(({ text: part, isFound }) => (isFound ? html`<mark>${part}</mark>` : part))}</span></li>`;
}
