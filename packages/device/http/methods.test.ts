import { expect, test } from "vitest";
import { EventStreams } from "./event-streams.ts";
import { updateRoutes } from "./routes/index.ts";
import { Device } from "./testing/device.ts";
import { Tickets } from "./tickets.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

const routes = updateRoutes({ streams: new EventStreams({ onFault: () => undefined }), tickets: new Tickets() });

/** Every address of the API with what it takes, and what HEAD is answered with to who shows nothing; null: it can't be looked at. */
const ADDRESSES = [
  ...[...new Set(routes.map(({ path }) => path))].map((verb) => {
    const own = routes.filter(({ path }) => path === verb);
    return [verb, own.map(({ method }) => method), own.some(({ effect }) => effect === "read") ? 401 : null] as const;
  }),
  ["/api/apps", ["GET"], 401] as const,
  ["/api/session", ["GET", "POST", "DELETE"], 200] as const,
];

test("§1: every verb of the contract is in this table", () => {
  const verbs = "status check install apply cancel seen progress rollback auto skip channels set_channel changelog log";
  expect(ADDRESSES.map(([verb]) => verb)).toEqual(
    expect.arrayContaining([...verbs.split(" "), "history", "settings", "ticket"]),
  );
});

test.each(ADDRESSES)(
  "§1 rules, §3 method_not_allowed: %s takes %j and OPTIONS, and says so to all else",
  async (verb, own, headStatus) => {
    await using device = await Device.start({ tokens: ["page"], apps: ["kitchen", "hall"] });
    await device.publish("1.0.0");
    const allow = [...own, "OPTIONS"].join(", ");
    const paths = verb.startsWith("/") ? [verb] : [`/api/update/${verb}`, `/api/apps/hall/update/${verb}`];
    for (const path of paths) {
      const options = await device.call(path, { method: "OPTIONS" });
      expect([options.status, options.headers.get("allow"), options.body]).toEqual([204, allow, {}]);
      for (const method of METHODS.filter((each) => !own.some((taken) => taken === each))) {
        if (method === "HEAD" && headStatus !== null) continue;
        const { status, headers, body } = await device.call(path, { method });
        expect([status, headers.get("allow")], `${method} ${path}`).toEqual([405, allow]);
        if (method !== "HEAD") expect(body).toMatchObject({ success: false, code: "method_not_allowed" });
      }
      if (headStatus === null) continue;
      expect((await device.call(path, { method: "HEAD" })).status, `HEAD ${path}`).toBe(headStatus);
      const authorization = `Bearer ${device.secrets.get("page")}`;
      const head = await device.call(path, { method: "HEAD", headers: { authorization } });
      expect([head.status, head.body], `HEAD ${path}`).toEqual([200, {}]);
    }
  },
);
