import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, TempDir } from "@pawl/testkit";
import { answerOf, type ServerClient, type ServerSchemas, serverClient } from "@pawl/ui/server";
import { type BuildEvent, watchBuild } from "@pawl/ui/watch-build";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertDescribed } from "../../packages/server/http/testing/described-answer.ts";
import { type ServedServer, serveMiniature } from "../../packages/server/testing/index.ts";
import { ROOT } from "../../scripts/bootstrap.mjs";

// Images are really built here, one after the other, by what an operator would have: `pawl build` and our own API are two ways to ask.

const DEVICE = { version: "25.12.1", target: "ath79/generic", profile: "tplink_archer-c7-v2" };
const OPTIONS = Object.entries(DEVICE).flatMap(([name, value]) => [`--${name}`, value]);
const WITHIN = { timeout: 120_000 };

let server: ServedServer;
let client: ServerClient;
let dir: TempDir;

beforeAll(async () => {
  dir = await TempDir.create();
  server = await serveMiniature({ builds: true });
  client = serverClient({ url: server.url });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

/** `pawl build …` as somebody types it. */
async function pawlBuild(...args: string[]) {
  const program = join(ROOT, "packages", "server", "main.ts");
  const child = spawn(process.execPath, [program, "build", "--server", server.url, ...args], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  return {
    child,
    said: () => stderr,
    ended: once(child, "close").then(([code]) => ({ code, stdout, stderr })),
  };
}

async function run(...args: string[]) {
  return (await pawlBuild(...args)).ended;
}

const ask = (packages: string[], more: object = {}) =>
  answerOf(client.POST("/api/v2/builds", { body: { ...DEVICE, packages, ...more } as never }));

async function toTheEnd(id: string): Promise<BuildEvent[]> {
  const events: BuildEvent[] = [];
  for await (const event of watchBuild({ url: server.url }, id, AbortSignal.timeout(100_000))) events.push(event);
  return events;
}

describe("pawl build", () => {
  test(
    "shows how it goes on, names what came of it, and downloads images that are what was built",
    WITHIN,
    async () => {
      const { code, stdout, stderr } = await run(...OPTIONS, "luci", "tcpdump", "-ppp", "--output", dir.join("images"));
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toContain("25.12.1 for tplink_archer-c7-v2 (ath79/generic), 3 packages asked for");
      expect(stderr).toContain("Making the image…");
      const [, name = "", sum] =
        /store\/[0-9a-f]{32}\/(\S+-sysupgrade\.bin)\n\s+sha256 ([0-9a-f]{64})/.exec(stdout) ?? [];
      const image = readFileSync(dir.join("images", name));
      expect(createHash("sha256").update(image).digest("hex")).toBe(sum);
      expect(readdirSync(dir.join("images"))).toEqual(
        expect.arrayContaining(["sha256sums", "profiles.json", "build.log"]),
      );
      const again = await run(...OPTIONS, "tcpdump", "luci", "-ppp", "--json");
      expect(JSON.parse(again.stdout)).toMatchObject({ success: true, build: { state: "done" } });
      expect(again.stderr).toBe("");
    },
  );

  test("says at once which package doesn't exist, and how a device is really called", WITHIN, async () => {
    const { code, stderr } = await run(...OPTIONS, "luci", "no-such-thing");
    expect([code, stderr]).toEqual([2, "pawl: 25.12.1 has no package no-such-thing for ath79/generic.\n"]);
    const json = await run("--version", "25.12.1", "--target", "ath79/generic", "--profile", "nothing", "--json");
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([2, { success: false, code: "unknown_profile" }]);
  });

  test("names the packages that exclude each other", WITHIN, async () => {
    const { code, stdout, stderr } = await run(...OPTIONS, "wpad-openssl");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("wpad-openssl");
    expect(stderr).toContain("wpad-basic-mbedtls");
  });

  test("takes its request back on Ctrl-C, and then nothing builds it", WITHIN, async () => {
    const pressed = await pawlBuild(...OPTIONS, "vim");
    while (!/ImageBuilder|Next in line|Choosing/.test(pressed.said())) await new Promise((go) => setTimeout(go, 20));
    pressed.child.kill("SIGINT");
    expect(await pressed.ended).toMatchObject({ code: 130, stderr: expect.stringContaining("Taken back.") });
    await expect.poll(() => server.composition.builds.building()).toBe(0);
  });

  test("says so where there is no server", WITHIN, async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await run(...OPTIONS, "--server", nowhere);
    const sentence = `No server is reached at ${nowhere}: nothing listens there; --server or PAWL_URL says which one is meant.`;
    expect([code, stderr]).toEqual([1, `pawl: ${sentence}\n`]);
  });
});

describe("our own API", () => {
  test("tells every line once, in order, whenever one begins to listen", WITHIN, async () => {
    const { build, outcome } = await ask(["curl"]);
    expect([outcome, build.state]).toEqual(["new", "queued"]);
    const [live, joined] = await Promise.all([toTheEnd(build.id), ask(["curl"])]);
    expect(joined).toMatchObject({ outcome: "joined", build: { id: build.id } });
    const later = await toTheEnd(build.id);
    const numbers = (events: BuildEvent[]) =>
      events.flatMap((event) => (event.kind === "line" ? [event.line.number] : []));
    expect(numbers(live)).toEqual(numbers(later));
    expect(numbers(live)).toEqual(numbers(live).map((_, at) => at));
    const steps = live.flatMap((event) => (event.kind === "build" && event.build.step ? [event.build.step] : []));
    expect(steps).toEqual([...steps].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    expect(live.at(-1)).toMatchObject({ kind: "build", build: { state: "done" } });

    const middle = Math.trunc(numbers(live).length / 2);
    const { items, next } = await answerOf(
      client.GET("/api/v2/builds/{id}/log", { params: { path: { id: build.id }, query: { from: middle, limit: 5 } } }),
    );
    expect([items.map(({ number }) => number), next]).toEqual([[0, 1, 2, 3, 4].map((n) => middle + n), middle + 5]);
    const response = await fetch(`${server.url}/api/v2/builds/${build.id}/events`, {
      headers: { "last-event-id": String(numbers(live).length - 3) },
    });
    const heard = await response.text();
    expect(heard.match(/^event: line$/gm)).toHaveLength(2);
    expect(heard.trimEnd().endsWith("event: end\ndata: null")).toBe(true);
  });

  test("compares two images by their packages", WITHIN, async () => {
    const before = await ask(["curl"]);
    const after = await ask(["tcpdump", "luci", "-ppp"]);
    expect([before.outcome, after.outcome]).toEqual(["hit", "hit"]);
    const path = `/api/v2/builds/${after.build.id}/diff?against=${before.build.id}`;
    const response = await fetch(server.url + path);
    const diff = (await response.json()) as ServerSchemas["ManifestDiff"];
    assertDescribed("GET", path, response.status, diff);
    const named = (list: { name: string }[]) => list.map(({ name }) => name);
    expect(named(diff.added)).toEqual(expect.arrayContaining(["luci", "tcpdump"]));
    expect(named(diff.removed)).toContain("curl");
    expect(diff.unchanged).toBeGreaterThan(30);
  });

  test("answers everything about a build as it is described", WITHIN, async () => {
    const { build } = await ask(["curl"]);
    for (const path of [`/api/v2/builds/${build.id}`, `/api/v2/builds/${build.id}/log?limit=3`]) {
      const response = await fetch(server.url + path);
      assertDescribed("GET", path, response.status, await response.json());
    }
    const unknown = await fetch(`${server.url}/api/v2/builds/${"0".repeat(32)}`);
    expect([unknown.status, (await jsonOf(unknown)).error.code]).toEqual([404, "not_found"]);
  });

  test("stops a build only for whoever asked for it, and when nobody else wants it", WITHIN, async () => {
    const first = await ask(["vim", "curl"]);
    const second = await ask(["curl", "vim"]);
    expect(second.build.id).toBe(first.build.id);
    const withdraw = (secret: string) =>
      fetch(`${server.url}/api/v2/builds/${first.build.id}/withdrawals`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ secret }),
      });
    expect((await withdraw("0".repeat(32))).status).toBe(403);
    expect((await jsonOf(await withdraw(first.secret))).state).not.toBe("withdrawn");
    expect((await jsonOf(await withdraw(second.secret))).state).toBe("withdrawn");
    const again = await ask(["vim", "curl"]);
    expect([again.outcome, again.build.id === first.build.id]).toEqual(["new", false]);
  });

  test("shows nobody what a first-boot script says", WITHIN, async () => {
    const secret = "passwd-of-the-garden-gate";
    const { build } = await ask(["curl"], { defaults: `echo ${secret}` });
    const events = await toTheEnd(build.id);
    expect(events.at(-1)).toMatchObject({ build: { state: "done", has_defaults: true } });
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(await (await fetch(`${server.url}/api/v2/builds/${build.id}`)).text()).not.toContain(secret);
  });
});

async function jsonOf(response: Response) {
  return (await response.json()) as { state: string; error: { code: string } };
}

const ORDER = ["start", "download", "unpack", "resolve", "assemble", "publish"];
