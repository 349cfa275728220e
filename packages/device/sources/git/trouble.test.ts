import { randomBytes } from "node:crypto";
import { chmod, chown, readdir, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type GitRepository, GitServer, pythonProject } from "@pawl/testkit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "../../system/run.ts";
import { GIT_LIMITS } from "./git.ts";
import { failure, GitFixture, NEVER } from "./git-fixture.ts";
import { gitSource } from "./index.ts";

let fixture: GitFixture;
let repository: GitRepository;
let url: string;
const ASKED = { channel: "main", installed: null };

beforeAll(async () => {
  fixture = await GitFixture.start();
  repository = await fixture.server.create("me/kettle");
  const [first] = await repository.commits("main", [{ files: pythonProject() }, { files: { a: "1" } }]);
  await repository.tag("1.0.0", first as string);
  url = fixture.urlOf("me/kettle");
});

beforeEach(() => {
  fixture.started = [];
  fixture.server.heal();
  fixture.server.credentials = null;
});

afterAll(() => fixture[Symbol.asyncDispose]());

const INFO = "/me/kettle.git/info/refs";

test.each([
  ["has a fault of its own", { kind: "status", status: 503 }, "host_error", /HTTP 503/],
  ["is asked too often", { kind: "status", status: 429 }, "rate_limited", /limits/],
  ["doesn't let one in", { kind: "status", status: 403 }, "host_error", /refuses access/],
  ["has no such repository", { kind: "status", status: 404 }, "not_found", /no git repository/],
  ["answers with a sign-in page", { kind: "html" }, "host_error", /no branches|sign in/],
  ["hangs", { kind: "hang" }, "offline", /doesn't answer|didn't finish/],
] as const)(
  "B1 a host that %s is an error, never a version, and what was known stays",
  async (_what, fault, code, words) => {
    const source = fixture.source({ url }, { limits: { idleSeconds: 1 } });
    await source.look(ASKED, NEVER);
    fixture.server.fault(INFO, fault);
    expect(await failure(source.look(ASKED, NEVER))).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(await source.branches?.knownChanges(ASKED, 1, NEVER)).toMatchObject({ latest: "1.0.1.dev1" });
    // The same at the very first time.
    expect(await failure(fixture.source({ url }, { limits: { idleSeconds: 1 } }).look(ASKED, NEVER))).toMatchObject({
      code,
    });
  },
);

test("B1 a host that can't be reached is offline", async () => {
  const closed = await GitServer.start();
  const gone = `${closed.url}/kettle.git`;
  await closed[Symbol.asyncDispose]();
  expect(await failure(fixture.source({ url: gone }).look(ASKED, NEVER))).toMatchObject({ code: "offline" });
  const nowhere = fixture.source({ url: "http://no-such-host.invalid/kettle.git" });
  expect(await failure(nowhere.look(ASKED, NEVER))).toMatchObject({
    code: "offline",
    message: expect.stringContaining("can't be looked up"),
  });
});

test("a remote that takes the connection and says nothing ends with the time limit, and at once when it is cancelled", async () => {
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  const { port } = mute.address() as { port: number };
  try {
    const source = fixture.source({ url: `http://127.0.0.1:${port}/k.git` }, { limits: { fetchMs: 300 } });
    expect(await failure(source.look(ASKED, NEVER))).toMatchObject({ code: "offline", detail: "timeout" });
    const patient = fixture.source({ url: `http://127.0.0.1:${port}/k.git` });
    await expect(patient.look(ASKED, AbortSignal.timeout(300))).rejects.toMatchObject({ name: "TimeoutError" });
  } finally {
    mute.close();
  }
});

test("transports that run programs are refused, however the source got hold of them", async () => {
  const marker = fixture.dir.join("ran");
  const source = fixture.source({ url: `ext::sh -c touch% ${marker}` });
  expect(await failure(source.look(ASKED, NEVER))).toMatchObject({ code: "config_invalid" });
  expect(await readdir(fixture.dir.path)).not.toContain("ran");
});

test("a remote that vanishes in the middle of a fetch leaves nothing that harms the next look", async () => {
  const big = await fixture.server.create("big");
  const noise = Array.from({ length: 300 }, (_, n) => ({
    message: `${n} ${Math.sin(n) * 1e16}`,
    files: { VERSION: "1.0.0" },
  }));
  await big.commits("main", noise);
  const source = fixture.source({ url: fixture.urlOf("big") });
  fixture.server.fault("/big.git/git-upload-pack", { kind: "truncate", after: 4000 });
  expect(await failure(source.look(ASKED, NEVER))).toMatchObject({ code: "offline" });
  fixture.server.heal();
  expect((await source.look(ASKED, NEVER)).offers[0]).toMatchObject({ version: "1.0.0" });
});

test("after a power cut the mirror is mended: stale locks go, and a damaged one is made anew", async () => {
  const cacheDir = fixture.cache();
  const source = fixture.source({ url }, { cacheDir });
  await source.look(ASKED, NEVER);
  const [name] = (await readdir(join(cacheDir, "git"))).filter((entry) => entry.startsWith("mirror-"));
  const mirror = join(cacheDir, "git", name as string);
  for (const lock of ["packed-refs.lock", "config.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"]) {
    await writeFile(join(mirror, lock), "");
  }
  const second = await repository.commit("main", { message: "Second" });
  expect((await source.look(ASKED, NEVER)).offers[0]).toMatchObject({ commit: second });

  for (const pack of await readdir(join(mirror, "objects", "pack"))) {
    await chmod(join(mirror, "objects", "pack", pack), 0o600);
    await truncate(join(mirror, "objects", "pack", pack), 40);
  }
  const third = await repository.commit("main", { message: "Third" });
  expect((await source.look(ASKED, NEVER)).offers[0]).toMatchObject({ commit: third, version: "1.0.1.dev3" });
  await writeFile(join(mirror, "HEAD"), "");
  await writeFile(join(cacheDir, "git", "known.json"), "{");
  expect((await source.look(ASKED, NEVER)).offers[0]).toMatchObject({ commit: third });
});

test("a host that never stops sending is broken off", async () => {
  const blob = randomBytes(2_000_000);
  const heavy = await fixture.server.create("heavy");
  await heavy.commit("main", { files: { VERSION: "1.0.0", blob } });
  await heavy.allowFilters(false);
  fixture.server.bytesPerSecond = 2_000_000;
  try {
    const source = fixture.source({ url: fixture.urlOf("heavy") }, { limits: { packBytesMax: 100_000 } });
    expect(await failure(source.look(ASKED, NEVER))).toMatchObject({ code: "too_large" });
  } finally {
    fixture.server.bytesPerSecond = null;
  }
});

test("several who look at once don't get in each other's way", async () => {
  const cacheDir = fixture.cache();
  const looks = [1, 2, 3].map(() => fixture.source({ url }, { cacheDir }).look(ASKED, NEVER));
  const seen = await Promise.all(looks);
  expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
});

test("a device without git, or with an old one, is told what to do", async () => {
  const parts = { cacheDir: fixture.cache(), userAgent: "pawl/test" };
  const without = gitSource(
    { url },
    {
      ...parts,
      run: (argv, options) =>
        run(["/nonexistent/git", ...argv.slice(1)], options).then((r) => ({ ...r, stderr: "git not found" })),
    },
    GIT_LIMITS,
  );
  expect(await failure(without.look(ASKED, NEVER))).toMatchObject({
    code: "requires_unmet",
    message: expect.stringContaining("apt install git"),
  });
  const result = { code: 0, signal: null, stdout: "git version 2.30.2\n", stderr: "", timedOut: false };
  const old = gitSource({ url }, { ...parts, run: async () => result }, GIT_LIMITS);
  expect(await failure(old.look(ASKED, NEVER))).toMatchObject({
    code: "requires_unmet",
    message: expect.stringContaining("2.31"),
  });
});

test.skipIf(process.getuid?.() !== 0)(
  "as root: a repository of another user's on this device says whose it must be",
  async () => {
    const others = await fixture.server.create("others");
    await others.commit("main", { files: { VERSION: "1.0.0" } });
    await chown(others.path, 65534, 65534);
    const source = fixture.source({ url: `file://${others.path}` });
    expect(await failure(source.look(ASKED, NEVER))).toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("belongs to another user"),
    });
  },
);

test("names lists the branches and leaves nothing behind", async () => {
  const cacheDir = fixture.cache();
  expect(await fixture.source({ url }, { cacheDir }).branches?.names(NEVER)).toEqual(["main"]);
  await expect(readdir(cacheDir)).rejects.toMatchObject({ code: "ENOENT" });
});
