import { html, nothing } from "lit";
import type { DeviceSchemas } from "../../data/device.ts";
import { safeUrl } from "../../look/safe-url.ts";
import { timeAgo } from "../../look/time-ago.ts";
import { dialogWords } from "../../words/dialog.ts";

const words = dialogWords.whatsNew;

type Change = DeviceSchemas["Change"];

/** A release's `sha` is its version, all of it; a commit's is longer than what it is called by. */
export function isCommit({ sha, short_sha: short }: Change): boolean {
  return sha !== short;
}

/** One entry of what is new: a commit in a line or two, or a release with its notes. */
export function changeLine(change: Change) {
  const { title, body, author, date } = change;
  const url = safeUrl(change.url);
  const name = url === null ? title : html`<a href=${url} target="_blank" rel="noopener noreferrer">${title}</a>`;
  const about = html`<span class="quiet small">
    ${isCommit(change) && author ? html`${words.by(author)}${date === null ? nothing : " · "}` : nothing}${date === null ? nothing : timeAgo(date)}
  </span>`;
  if (isCommit(change)) return html`<li><p>${name}</p>${about}</li>`;
  return html`<li>
    <p class="row"><strong>${name}</strong> ${about}</p>
    ${body.trim() === "" ? nothing : html`<pawl-notes .text=${body} .url=${url}></pawl-notes>`}
  </li>`;
}
