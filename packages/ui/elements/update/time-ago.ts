import { html, nothing } from "lit";
import { exactTime, relativeTime } from "../../words/format.ts";

/** `5 minutes ago`, with the exact time for whoever points at it; `focusable`: or comes to it by keyboard. */
export function timeAgo(at: string, { focusable = false, now = Date.now() } = {}) {
  return html`<time datetime=${at} title=${exactTime(at)} tabindex=${focusable ? 0 : nothing}>${relativeTime(at, now)}</time>`;
}
