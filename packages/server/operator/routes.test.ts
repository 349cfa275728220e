import { writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { showWorker } from "../builds/workers.ts";
import { runCommand } from "../cli/testing/run-command.ts";
import { assertDescribed } from "../http/testing/described-answer.ts";
import { type CallInit, type ServedServer, serveAll } from "../http/testing/served-server.ts";

const taken = new AsyncDisposableStack();
const lines: string[] = [];
let server: ServedServer;
let token: string;
let configPath: string;

beforeAll(async () => {
  const { createLog } = await import("../log/log.ts");
  const log = createLog({ level: "info", human: false, destination: { write: (line) => void lines.push(line) } });
  server = taken.use(await serveAll({ log }));
  token = await server.tokenFor("builds:manage", "workers:read");
  const dir = taken.use(await TempDir.create());
  configPath = dir.join("pawl-server.yaml");
  await writeFile(configPath, JSON.stringify(server.settings));
});
afterAll(() => taken.disposeAsync());

/** A call whose answer is as the OpenAPI document has it. */
async function call(path: string, init: CallInit = { token }) {
  const called = await server.call(path, init);
  assertDescribed(init.method ?? "GET", path, called.status, called.json);
  return called;
}

async function ask(more: object): Promise<string> {
  const body = { version: "24.10.5", target: "ath79/generic", profile: "tplink_archer-c7-v2", ...more };
  const { json, status } = await server.call("/api/v2/builds", { method: "POST", body });
  expect(status, JSON.stringify(json)).toBe(202);
  return json.build.id;
}

/** A command on the same database. */
const pawl = (...args: string[]) => runCommand([...args, "--config", configPath]);

test("builds are listed page by page, and by what they are of; none with a first-boot script is", async () => {
  const asked = [await ask({ packages: ["luci"] }), await ask({ packages: ["tcpdump"] }), await ask({})];
  const hidden = await ask({ defaults: "echo hello" });
  const seen: string[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const { json } = await call(`/api/v2/builds?state=queued&limit=2${next ? `&cursor=${next}` : ""}`);
    seen.push(...json.items.map(({ id }: { id: string }) => id));
    next = json.next;
  }
  expect(seen).toEqual([...asked].reverse());
  expect(seen).not.toContain(hidden);
  const { json } = await call("/api/v2/builds?version=24.10.5&target=ath79/generic&distribution=openwrt&limit=1");
  expect(json.items).toMatchObject([{ id: asked[2], state: "queued", worker: null, failure: null }]);
  expect((await call("/api/v2/builds?target=x86/64")).json).toEqual({ items: [], next: null, total: 0 });
  // One of another list.
  expect((await call(`/api/v2/builds?state=done&cursor=${json.next}`)).status).toBe(400);
  expect((await call("/api/v2/builds?version=a%00b")).status).toBe(400);
  expect((await call("/api/v2/builds?query=archer+24.10&sort=oldest&limit=1")).json).toMatchObject({
    items: [{ id: asked[0] }],
    total: 3,
  });
  expect((await pawl("builds", "list", "--limit", "2")).out).toMatch(
    new RegExp(`^ID .*\n${asked[2]} .*just now .*queued .*\n${asked[1]} .*\n$`),
  );
  const listed = JSON.parse((await pawl("builds", "list", "--target", "ath79/generic", "--json")).out);
  expect(listed).toMatchObject({ success: true, more: false, items: [{ id: asked[2] }, {}, {}] });
});

test("what is dropped is in the log with who did it; another drop is the same, and a retry is refused", async () => {
  const id = await ask({ packages: ["vim"] });
  const { status, json } = await call(`/api/v2/builds/${id}/drop`, { method: "POST", token });
  expect([status, json.id, json.state]).toEqual([200, id, "withdrawn"]);
  expect((await server.call(`/api/v2/builds/${id}`)).json.state).toBe("withdrawn");
  const line = lines.map((one) => JSON.parse(one)).find(({ msg }) => msg === "build dropped");
  expect(line).toMatchObject({ audit: true, build: id, by: expect.stringMatching(/^token of /), part: "operator" });
  expect((await call(`/api/v2/builds/${id}/drop`, { method: "POST", token })).status).toBe(200);
  const refused = await call(`/api/v2/builds/${id}/retry`, { method: "POST", token });
  expect([refused.status, refused.json.error.code]).toEqual([422, "unprocessable"]);
  expect(await ask({ packages: ["vim"] })).not.toBe(id);
  for (const what of ["drop", "retry"]) {
    expect((await call(`/api/v2/builds/${"0".repeat(32)}/${what}`, { method: "POST", token })).status).toBe(404);
  }
});

test("the commands show a build, drop it and have it tried again, and say what there isn't", async () => {
  const id = await ask({ packages: ["nano"] });
  const shown = await pawl("builds", "show", id);
  expect(shown.out).toMatch(/^openwrt 24\.10\.5 for tplink_archer-c7-v2 \(ath79\/generic\): queued\n/);
  expect(shown.out).toMatch(/waits for +no worker for ath79\/generic\n(.*\n)*Who could build it: pawl workers\n$/);
  expect(JSON.parse((await pawl("builds", "show", id, "--json")).out)).toMatchObject({ success: true, build: { id } });
  expect((await pawl("builds", "retry", id)).out).toBe(`${id}: it waits already: no worker for ath79/generic\n`);
  const { kysely } = server.composition.database;
  await kysely.updateTable("build").set({ state: "failed", waits_for: null }).where("id", "=", id).execute();
  expect((await pawl("builds", "retry", id)).out).toBe(
    `${id}: it is in front of the line, and waits: no worker for ath79/generic\n`,
  );
  expect((await pawl("builds", "drop", id)).out).toBe(`${id}: dropped; the next who asks has it built anew\n`);
  // Another process has done it, and this one is told.
  await expect.poll(async () => (await server.call(`/api/v2/builds/${id}`)).json.state).toBe("withdrawn");
  const refused = await pawl("builds", "retry", id, "--json");
  expect([refused.code, JSON.parse(refused.out).code]).toEqual([2, "unprocessable"]);
  const other = await ask({ packages: ["tmux"] });
  const both = await pawl("builds", "drop", "nothing", other, "--json");
  expect([both.code, JSON.parse(both.out)]).toMatchObject([
    2,
    {
      success: false,
      items: [
        { id: "nothing", code: "not_found" },
        { id: other, build: { state: "withdrawn" } },
      ],
    },
  ]);
  expect((await pawl("builds", "show", "nothing")).code).toBe(2);
  expect((await pawl("builds", "list", "--state", "lost")).code).toBe(2);
  expect((await pawl("builds", "list", "--limit", "0")).code).toBe(2);
});

test("workers and the queue, over the API and by command", async () => {
  expect((await pawl("workers")).out).toMatch(/^No worker is there: .* pawl worker/);
  const { kysely } = server.composition.database;
  const worker = {
    id: "a".repeat(16),
    name: "oven",
    targets: ["x86/*"],
    architecture: "x86_64",
    parallel: 2,
    started_at: new Date(),
    draining: false,
  };
  await showWorker(kysely, { ...worker, trouble: "ImageBuilders need make: apt install make" }, true);
  const { json } = await call("/api/v2/workers");
  expect(json.items).toMatchObject([{ name: "oven", running: 0, builds: [], there: true, draining: false }]);
  const words = (await pawl("workers")).out;
  expect(words).toMatch(/^oven +x86\/\* +0 of 2 +just now +\d+ s ago +can't build$/m);
  expect(words).toMatch(/✗ oven: ImageBuilders need make/);
  const queue = (await call("/api/v2/queue")).json;
  expect(queue.items).toMatchObject([{ target: "ath79/generic", workers: 0, free: 0, running: 0 }]);
  expect(queue.waiting).toBe(queue.items[0].waiting);
  expect((await pawl("queue")).out).toMatch(
    /openwrt ath79\/generic .* none +No worker is there for ath79\/generic\.\n/,
  );
  expect(JSON.parse((await pawl("queue", "--json")).out)).toMatchObject({ success: true, waiting: queue.waiting });
});

test("nobody without the scope sees or does any of it", async () => {
  const reader = await server.tokenFor("stats:read");
  const id = "0".repeat(32);
  const calls = [
    ["GET", "/api/v2/builds"],
    ["POST", `/api/v2/builds/${id}/drop`],
    ["POST", `/api/v2/builds/${id}/retry`],
    ["GET", "/api/v2/workers"],
    ["GET", "/api/v2/queue"],
  ] as const;
  for (const [method, path] of calls) {
    expect((await call(path, { method })).status, path).toBe(401);
    expect((await call(path, { method, token: reader })).status, path).toBe(403);
  }
});
