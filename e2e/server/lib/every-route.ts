import { isRefusal } from "../../../packages/server/http/methods.ts";
import type { Call } from "./caller.ts";
import type { ComposedServer } from "./composed.ts";
import { placesOf } from "./places.ts";
import { goodQuestion } from "./questions.ts";
import { toCall } from "./spoilt.ts";

/** A good question for every route that the application has. */
export function everyRoute(server: ComposedServer, headers: Readonly<Record<string, string>>): Call[] {
  const place = placesOf(server.mirror).find(({ version }) => version === "24.10.5");
  if (!place) throw new Error("the mirror has no 24.10.5");
  const routes = server.composition.app.routes.filter(
    ({ method, handler }) => method !== "OPTIONS" && !isRefusal(handler),
  );
  return routes.map((route) => {
    const question = goodQuestion(route, (values) => values[0] as (typeof values)[number], place);
    return { ...toCall(question, "", null), headers };
  });
}
