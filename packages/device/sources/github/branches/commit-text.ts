import { BODY_MAX, cleanLine, cleanText, TITLE_MAX } from "../../commits/clean-text.ts";

/** The first line of a commit's message: what people call it. */
export function titleOf(message: string): string {
  return cleanLine(message.trimStart().split(/\r?\n/, 1)[0] ?? "", TITLE_MAX);
}

/** What a commit's message says below its first line. */
export function bodyOf(message: string): string {
  const text = message.trimStart();
  const end = text.indexOf("\n");
  return end === -1 ? "" : cleanText(text.slice(end), BODY_MAX);
}

/** GitHub's times are in the time zone of whoever made the commit. Null for what is none. */
export function instantOf(text: string | null | undefined): string | null {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** The number of a list's last page, as its Link header (RFC 8288) has it; null when there is only one. */
export function lastPage(link: string | null): number | null {
  const target = /<([^>]*)>[^,]*;\s*rel="?last"?/i.exec(link ?? "")?.[1] ?? "";
  const page = Number(/[?&]page=(\d{1,9})(?:&|$)/.exec(target)?.[1] ?? Number.NaN);
  return Number.isNaN(page) ? null : page;
}
