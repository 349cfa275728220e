import * as z from "zod";
import type { DeviceCalls } from "../openapi/document.ts";
import type { Described, Endpoint, Route } from "../route.ts";

/** `GET /api/openapi.json`: the whole API, described for programs. The one answer without an envelope: it is a document. */
export function openapiEndpoint(ofDevice: DeviceCalls, ofApp: readonly Route[]): Endpoint & Described {
  const own: Endpoint & Described = {
    method: "GET",
    effect: "public",
    summary: "This document",
    answer: z.looseObject({}),
    handle: async (c) => {
      document ??= build();
      return c.json(await document);
    },
  };
  let document: Promise<object> | undefined;
  const build = async () => {
    // Not before somebody asks: few do, and every start would pay for it.
    const { describeApi } = await import("../openapi/document.ts");
    return describeApi({ ...ofDevice, "/api/openapi.json": [own] }, ofApp);
  };
  return own;
}
