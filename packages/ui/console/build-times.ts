import { html, nothing } from "lit";
import { buildSeconds } from "../data/build-actions.ts";
import type { BuildWork } from "../data/console-reads.ts";
import type { ServerSchemas } from "../data/server.ts";
import { timeAgo } from "../look/time-ago.ts";
import { words } from "../words/console.ts";
import { clockTime, duration, exactTime, number } from "../words/format.ts";

/** When it was asked for, begun and ended, and by whom. @param now in milliseconds since 1970 */
export function buildTimes(build: ServerSchemas["Build"], work: BuildWork | null, now: number) {
  const { enqueued_at, started_at, finished_at, expires_at, position, waits_for } = build;
  const took = buildSeconds(build, now);
  const isWaiting = build.state === "queued";
  return html`<dl class="facts small numbers">
    <dt>${words.build.asked}</dt>
    <dd>${timeAgo(enqueued_at)}</dd>
    ${isWaiting && position !== null ? html`<dt>${words.build.position}</dt><dd>${number(position)}</dd>` : nothing}
    ${waits_for === null ? nothing : html`<dt>${words.build.waitsFor}</dt><dd class="warn">${waits_for}</dd>`}
    ${started_at === null ? nothing : html`<dt>${words.build.begun}</dt><dd><time title=${exactTime(started_at)}>${clockTime(started_at)}</time></dd>`}
    ${finished_at === null ? nothing : html`<dt>${words.build.ended}</dt><dd><time title=${exactTime(finished_at)}>${clockTime(finished_at)}</time></dd>`}
    ${took === null ? nothing : html`<dt>${build.state === "running" ? words.build.takes : words.build.took}</dt><dd>${duration(took)}</dd>`}
    ${expires_at === null || build.state !== "done" ? nothing : html`<dt>${words.build.kept}</dt><dd><time title=${exactTime(expires_at)}>${clockTime(expires_at)}</time></dd>`}
    ${work?.worker ? html`<dt>${words.build.worker}</dt><dd>${work.worker}</dd>` : nothing}
    ${work && work.attempt > 1 ? html`<dt>${words.build.attempt}</dt><dd>${number(work.attempt)}</dd>` : nothing}
  </dl>`;
}
