import { AppsAnswer } from "@pawl/protocol";
import type { App } from "../../app.ts";
import { instanceOf } from "../../store/instance.ts";
import { type Described, type Endpoint, success } from "../route.ts";

/** `GET /api/apps`: every app of this device, each with its status. */
export function appsEndpoint(apps: readonly App[], stateDir: string): Endpoint & Described {
  return {
    method: "GET",
    effect: "read",
    summary: "Every app of this device with its status",
    answer: AppsAnswer,
    handle: async (c) => {
      const rows = apps.map(async (app) => ({ name: app.name, title: app.title, ...(await app.status()) }));
      return success(c, { instance: instanceOf(stateDir), apps: await Promise.all(rows) });
    },
  };
}
