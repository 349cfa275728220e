import { html, nothing } from "lit";
import { ago, exactTime } from "../words/format.ts";

interface TimeAgo {
  /** The sentence it is part of; default: `5 minutes ago` alone. */
  say?: (ago: string) => string;
  /** Whoever comes to it by keyboard sees the exact time, too. */
  focusable?: boolean;
  /** In milliseconds since 1970. */
  now?: number;
}

/** `5 minutes ago`, with the exact time for whoever points at it. */
export function timeAgo(at: string, { say = (words) => words, focusable = false, now = Date.now() }: TimeAgo = {}) {
  return html`<time datetime=${at} title=${exactTime(at)} tabindex=${focusable ? 0 : nothing}
    >${say(ago(at, now))}</time
  >`;
}
