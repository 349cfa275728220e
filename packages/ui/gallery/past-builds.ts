import { html } from "lit";
import { until } from "lit/directives/until.js";
import "../builder/pawl-image-diff.ts";
import "../builder/pawl-recent-builds.ts";
import { type ServerAt, serverAt } from "../builder/server-at.ts";
import { answerOf } from "../data/server.ts";
import { serverStandIn } from "../stand-in/server/server.ts";
import type { GalleryEntry } from "./entry.ts";

const server = () =>
  serverAt({ url: location.origin, token: "pawl_stand-in", fetch: serverStandIn("builds-many", { speed: 1_000 }) });

export const recentBuilds: GalleryEntry = {
  kind: "element",
  element: "pawl-recent-builds",
  about: "What one has built in this browser",
  height: 420,
  states: { some: () => html`${until(recent(server()))}` },
};

async function recent(at: ServerAt) {
  const { items } = await answerOf(
    at.client.GET("/api/v2/builds", { params: { query: { limit: 6, sort: "oldest" } } }),
  );
  const ids = items.map(({ id }) => id);
  return html`<pawl-recent-builds .at=${at} .ids=${ids} .hrefOf=${() => "#"}></pawl-recent-builds>`;
}

export const imageDiff: GalleryEntry = {
  kind: "element",
  element: "pawl-image-diff",
  about: "What an image has that the one before hadn't",
  height: 420,
  states: {
    "another version": () => html`${until(compared(server(), 0))}`,
    "the same": () => html`${until(compared(server(), 1))}`,
  },
};

/** Two builds that are done: others, or the same twice. */
async function compared(at: ServerAt, same: 0 | 1) {
  const query = { state: "done", limit: 2 } as const;
  const { items } = await answerOf(at.client.GET("/api/v2/builds", { params: { query } }));
  const [last, before] = items;
  return html`<pawl-image-diff
    .at=${at}
    build=${last?.id}
    .earlier=${[same ? last?.id : before?.id]}
    .hrefOf=${() => "#"}
  ></pawl-image-diff>`;
}
