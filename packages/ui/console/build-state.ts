import { html } from "lit";
import { Check, CircleAlert, CircleSlash, Clock, LoaderCircle } from "lucide";
import type { ServerSchemas } from "../data/server.ts";
import { icon } from "../look/icon.ts";
import { words } from "../words/build.ts";

const ICONS = {
  queued: Clock,
  running: LoaderCircle,
  done: Check,
  failed: CircleAlert,
  withdrawn: CircleSlash,
} as const;
const LOOKS = { queued: "", running: "", done: "", failed: "danger", withdrawn: "quiet" } as const;

/** A build's state: an icon and a word. */
export function buildState(state: ServerSchemas["Build"]["state"]) {
  const shape = icon(ICONS[state], 18);
  return html`<span class="state ${LOOKS[state]}">
    ${state === "running" ? html`<span class="turning">${shape}</span>` : shape} ${words.state[state]}
  </span>`;
}
