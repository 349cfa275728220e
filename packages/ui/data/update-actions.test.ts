import { expect, test } from "vitest";
import { LiveApp } from "./live-app.ts";
import { type Action, carryOut, markSeen } from "./update-actions.ts";

/** An app whose device answers all there is with one answer, and what it was asked. */
function anApp(answer: { status?: number; body: unknown } = { body: { success: true } }) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    asked.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`.trim());
    return Response.json(answer.body, { status: answer.status ?? 200 });
  };
  return { asked, app: new LiveApp({ url: "http://device.test", app: "kitchen", fetch }) };
}

const at = (call: string) => `POST /api/apps/kitchen/update/${call}`;

test.each<[Action, string[]]>([
  [{ type: "install" }, [at('install {"force":false}')]],
  [{ type: "install", version: "2.4.0" }, [at('install {"force":false,"version":"2.4.0"}')]],
  [{ type: "install", force: true }, [at('install {"force":true}')]],
  [{ type: "rollback", version: "2.3.1" }, [at('rollback {"version":"2.3.1"}')]],
  [{ type: "cancel" }, [at("cancel")]],
  [{ type: "check" }, [at('check {"force":true}')]],
  [{ type: "skip", version: "2.4.0", skip: false }, [at('skip {"version":"2.4.0","skip":false}')]],
  [
    { type: "follow", channel: "beta" },
    [at('set_channel {"channel":"beta","force":false}'), at('check {"force":true}')],
  ],
  [{ type: "daily", enabled: false }, [at('auto {"enabled":false}')]],
  [{ type: "daily", enabled: true, time: "05:30" }, [at('auto {"enabled":true,"time":"05:30"}')]],
])("%o asks %o", async (action, expected) => {
  const { app, asked } = anApp();
  await carryOut(app, action);
  expect(asked).toEqual(expected);
});

test("a refusal is told, and nothing more is asked after it", async () => {
  const { app, asked } = anApp({ status: 409, body: { success: false, error: "An update is running.", code: "busy" } });
  await expect(carryOut(app, { type: "follow", channel: "beta" })).rejects.toMatchObject({ code: "busy" });
  expect(asked).toHaveLength(1);
});

test("that something was seen may fail quietly: the next who looks says so again", async () => {
  const { app, asked } = anApp({ status: 401, body: { success: false, error: "A token.", code: "unauthorized" } });
  await markSeen(app);
  expect(asked).toEqual([at("seen")]);
});
