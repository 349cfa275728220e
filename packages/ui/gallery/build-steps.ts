import { html } from "lit";
import { until } from "lit/directives/until.js";
import { answerOf, type ServerSchemas, serverClient } from "../data/server.ts";
import "../elements/pawl-build-steps.ts";
import { serverStandIn } from "../stand-in/server/server.ts";
import type { GalleryEntry } from "./entry.ts";

const STATES: readonly ServerSchemas["Build"]["state"][] = ["queued", "running", "done", "failed", "withdrawn"];

export const buildSteps: GalleryEntry = {
  kind: "element",
  element: "pawl-build-steps",
  about: "What a build has done, does and will do",
  height: 300,
  states: Object.fromEntries(
    STATES.map((state) => [
      state,
      () => html`${until(aBuild(state).then((build) => html`<pawl-build-steps .build=${build}></pawl-build-steps>`))}`,
    ]),
  ),
};

/** One of the builds of a server on which much has happened. */
async function aBuild(state: ServerSchemas["Build"]["state"]): Promise<ServerSchemas["Build"] | undefined> {
  const client = serverClient({ url: location.origin, token: "pawl_stand-in", fetch: serverStandIn("builds-many") });
  const { items } = await answerOf(client.GET("/api/v2/builds", { params: { query: { state, limit: 1 } } }));
  const [first] = items;
  return first && answerOf(client.GET("/api/v2/builds/{id}", { params: { path: { id: first.id } } }));
}
