import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type GitRepository, pythonProject } from "@pawl/testkit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Branches, Seen, Source } from "../types.ts";
import { GitFixture, NEVER } from "./git-fixture.ts";

let fixture: GitFixture;

beforeAll(async () => {
  fixture = await GitFixture.start();
});

beforeEach(() => {
  fixture.started = [];
  fixture.server.heal();
});

afterAll(() => fixture[Symbol.asyncDispose]());

const headOf = (seen: Seen, channel: string) => seen.offers.find((offer) => offer.channel === channel);
const branchesOf = (source: Source) => source.branches as Branches;

/** main: 1.0.0 tagged, and two commits; dev: five more. */
async function kettle(name: string): Promise<{ repository: GitRepository; main: string[]; dev: string[] }> {
  const repository = await fixture.server.create(name);
  const main = await repository.commits("main", [
    { files: pythonProject(), message: "Begin" },
    { files: { "kettle/a.py": "A = 1\n" }, message: "Add a" },
    {
      files: { "kettle/b.py": "B = 1\n" },
      message: "Add b\n\nBecause it is needed.\n",
      author: "Ada <ada@example.org>",
    },
  ]);
  await repository.tag("v1.0.0", main[0] as string);
  await repository.branch("dev", main[2] as string);
  const dev = await repository.commits(
    "dev",
    [1, 2, 3, 4, 5].map((n) => ({ files: { "kettle/c.py": `C = ${n}\n` }, message: `Work ${n}` })),
  );
  return { repository, main, dev };
}

test("a look gives the branch's newest commit with its version, every tag that is one, and the branches", async () => {
  const { repository, main, dev } = await kettle("me/kettle");
  await repository.tag("nightly", dev[1] as string, "Not a version");
  const source = fixture.source({ url: fixture.urlOf("me/kettle") });
  const seen = await source.look(
    { channel: "dev", installed: { version: "1.0.1.dev2", commit: main[2] as string } },
    NEVER,
  );
  expect(seen.channels.sort()).toEqual(["dev", "main"]);
  expect(seen.offers).toEqual([
    {
      version: "1.0.1.dev7",
      channel: "dev",
      commit: dev[4],
      standing: { to: main[2], is: "ahead" },
      title: "Work 5",
      published_at: "2026-01-01T00:08:00.000Z",
      notes: null,
      notes_url: `${fixture.server.url}/me/kettle/commit/${dev[4]}`,
      bundle_url: null,
      manifest_url: null,
      signature_url: null,
    },
    expect.objectContaining({ version: "1.0.0", channel: null, commit: main[0], title: "v1.0.0" }),
  ]);
});

test("B7 going from dev to main is told apart from having nothing new", async () => {
  const { main, dev } = await kettle("b7");
  const source = fixture.source({ url: fixture.urlOf("b7") });
  const installed = { version: "1.0.1.dev7", commit: dev[4] as string };
  const down = headOf(await source.look({ channel: "main", installed }, NEVER), "main");
  expect(down).toMatchObject({ version: "1.0.1.dev2", commit: main[2], standing: { to: dev[4], is: "behind" } });
  expect(headOf(await source.look({ channel: "dev", installed }, NEVER), "dev")).toMatchObject({ standing: null });
});

test("what hasn't changed costs one ls-remote and nothing else, also after a restart", async () => {
  await kettle("quiet");
  const cacheDir = fixture.cache();
  const asked = { channel: "dev", installed: { version: "1.0.0", commit: null } };
  const first = await fixture.source({ url: fixture.urlOf("quiet") }, { cacheDir }).look(asked, NEVER);
  fixture.started = [];
  const again = await fixture.source({ url: fixture.urlOf("quiet") }, { cacheDir }).look(asked, NEVER);
  expect(again).toEqual(first);
  expect(fixture.started.map(({ argv }) => argv[1])).toEqual(["ls-remote"]);
});

test("only objects that are new are fetched, and no contents of files that nobody asked for", async () => {
  const { repository } = await kettle("thrifty");
  await repository.commit("main", { files: { "big.bin": Buffer.alloc(300_000, "abc").map((_, n) => (n * n) % 251) } });
  const source = fixture.source({ url: fixture.urlOf("thrifty") });
  await source.look({ channel: "main", installed: null }, NEVER);
  const sent = fixture.server.requests
    .filter(({ path }) => path.startsWith("/thrifty"))
    .reduce((n, r) => n + r.sent, 0);
  expect(sent).toBeLessThan(50_000);
  const id = await repository.commit("main", { message: "One more" });
  expect(headOf(await source.look({ channel: "main", installed: null }, NEVER), "main")).toMatchObject({
    commit: id,
    version: "1.0.1.dev4",
  });
});

test("a host without filters is followed all the same", async () => {
  const { repository, dev } = await kettle("plain-host");
  await repository.allowFilters(false);
  const source = fixture.source({ url: fixture.urlOf("plain-host") });
  const seen = await source.look({ channel: "dev", installed: null }, NEVER);
  expect(headOf(seen, "dev")).toMatchObject({ version: "1.0.1.dev7", commit: dev[4] });
});

test.each([
  ["only commits, and no folders with the files in them", [["tree.maxDepth", "0"]]],
  ["nothing it is asked to", [["allow", "false"]]],
])("a host that leaves out %s is followed, as the large ones are", async (_what, settings) => {
  const { repository, dev } = await kettle(`choosy-${settings[0]?.[0]}`);
  for (const [key, value] of settings) await repository.git("config", `uploadpackfilter.${key}`, value as string);
  const source = fixture.source({ url: fixture.urlOf(`choosy-${settings[0]?.[0]}`) });
  expect(headOf(await source.look({ channel: "dev", installed: null }, NEVER), "dev")).toMatchObject({
    version: "1.0.1.dev7",
    commit: dev[4],
  });
});

test("a version in a file further down, or in one that is too long, is found, or refused for its length", async () => {
  const pyproject =
    '[project]\nname = "kettle"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {file = "src/kettle/VERSION"}\n';
  const repository = await fixture.server.create("deep");
  await repository.commit("main", {
    files: { "pyproject.toml": pyproject, "src/kettle/VERSION": "4.5.6\n", "src/other/a": "" },
  });
  await repository.commit("long", { from: null, files: { VERSION: `1.0.0\n${" ".repeat(300_000)}` } });
  const source = fixture.source({ url: fixture.urlOf("deep") });
  expect(headOf(await source.look({ channel: "main", installed: null }, NEVER), "main")?.version).toBe("4.5.6");
  const long = await source.look({ channel: "long", installed: null }, NEVER);
  expect(long).toMatchObject({ offers: [], trouble: { code: "bad_version" } });
  expect(long.channels.sort()).toEqual(["long", "main"]);
});

test("a branch with a pinned version has that one, wherever its tags are", async () => {
  const { repository } = await kettle("pinned");
  await repository.commit("main", { files: pythonProject({ version: "2.5.0" }) });
  await repository.commit("plain", { from: null, files: { VERSION: "3.1.4\n" } });
  const source = fixture.source({ url: fixture.urlOf("pinned") });
  expect(headOf(await source.look({ channel: "main", installed: null }, NEVER), "main")?.version).toBe("2.5.0");
  expect(headOf(await source.look({ channel: "plain", installed: null }, NEVER), "plain")?.version).toBe("3.1.4");
});

test("the base is the nearest reachable tag, never one of another branch", async () => {
  const { repository, main } = await kettle("tags");
  await repository.tag("v9.0.0", await repository.commit("other", { from: main[0] as string }), "Elsewhere");
  await repository.tag("1.1.0", main[1] as string, "Annotated");
  const source = fixture.source({ url: fixture.urlOf("tags") });
  const seen = await source.look({ channel: "main", installed: null }, NEVER);
  expect(headOf(seen, "main")?.version).toBe("1.1.1.dev1");
  const tags = seen.offers.filter(({ channel }) => channel === null);
  expect(tags.map(({ version, commit }) => [version, commit])).toEqual([
    ["9.0.0", repository.heads.get("other")],
    ["1.1.0", main[1]],
    ["1.0.0", main[0]],
  ]);
});

test("a force-pushed branch diverges, and a deleted one is no channel any more", async () => {
  const { repository, main, dev } = await kettle("forced");
  const source = fixture.source({ url: fixture.urlOf("forced") });
  const asked = { channel: "dev", installed: { version: "1.0.1.dev7", commit: dev[4] as string } };
  await source.look(asked, NEVER);
  const rewritten = await repository.commit("dev", { from: main[2] as string, message: "Rewritten" });
  expect(headOf(await source.look(asked, NEVER), "dev")).toMatchObject({
    commit: rewritten,
    version: "1.0.1.dev3",
    standing: { to: dev[4], is: "diverged" },
  });
  // With the device's memory gone, and the host's too, nobody can say.
  await repository.prune();
  const fresh = fixture.source({ url: fixture.urlOf("forced") });
  expect(headOf(await fresh.look(asked, NEVER), "dev")).toMatchObject({ commit: rewritten, standing: null });

  await repository.deleteBranch("dev");
  // A name that was a branch may become a folder of branches.
  await repository.commit("dev/next", { from: main[2] as string });
  const seen = await source.look(asked, NEVER);
  expect(headOf(seen, "dev")).toBeUndefined();
  expect(seen.channels.sort()).toEqual(["dev/next", "main"]);
  await expect(branchesOf(source).changes(asked, 10, NEVER)).rejects.toMatchObject({ code: "not_found" });
});

test("an installed version without a commit is found by the id in it", async () => {
  const { main } = await kettle("abbreviated");
  const source = fixture.source({ url: fixture.urlOf("abbreviated") });
  const version = `1.0.1.dev1+g${main[1]?.slice(0, 8)}.d20260101`;
  const seen = await source.look({ channel: "main", installed: { version, commit: null } }, NEVER);
  expect(headOf(seen, "main")?.standing).toEqual({ to: main[1], is: "ahead" });
});

test.each([
  "refs/pull/2/head",
  "refs/heads/main",
  "--upload-pack=touch /tmp/pawl-was-here",
  "-u",
  "main..dev",
  "../../main",
  "$(touch /tmp/pawl-was-here)",
  "main dev",
  "main\n",
  "HEAD",
  "main^{commit}",
  "v1.0.0",
  "mäin",
  "__proto__",
  "m".repeat(300),
])("B18 what is no branch of the host is never followed: %j", async (channel) => {
  const { source } = await hostile();
  fixture.started = [];
  const seen = await source.look({ channel, installed: null }, NEVER);
  expect(seen.offers.filter((offer) => offer.channel !== null)).toEqual([]);
  expect(seen.channels).toEqual(["main"]);
  expect(await branchesOf(source).knownChanges({ channel, installed: null }, 5, NEVER)).toBeNull();
  expect(fixture.started.flatMap(({ argv }) => argv).filter((word) => word.includes(channel))).toEqual([]);
});

test("B18 a commit's id is no branch, and no changes are told of what isn't one", async () => {
  const { source, commit } = await hostile();
  for (const channel of [commit, commit.slice(0, 10), "refs/pull/2/head"]) {
    const asked = { channel, installed: null };
    expect(headOf(await source.look(asked, NEVER), channel)).toBeUndefined();
    await expect(branchesOf(source).changes(asked, 5, NEVER)).rejects.toMatchObject({ code: "not_found" });
  }
});

let shared: Promise<{ source: Source; commit: string }> | undefined;
function hostile(): Promise<{ source: Source; commit: string }> {
  shared ??= (async () => {
    const repository = await fixture.server.create("hostile");
    const commit = await repository.commit("main", { files: pythonProject({ version: "1.0.0" }) });
    const evil = await repository.commit("evil", { files: { "evil.py": "" } });
    await repository.git("update-ref", "refs/pull/2/head", evil);
    await repository.deleteBranch("evil");
    // Names that git lets a branch have, and a channel hasn't.
    for (const name of ["$(id)", "-x", "mäin2", "m".repeat(120)]) {
      await repository.git("update-ref", `refs/heads/${name}`, commit);
    }
    return { source: fixture.source({ url: `file://${repository.path}` }), commit };
  })();
  return shared;
}

test("nothing of the remote's is kept but objects and names: no address, no hook, no configuration", async () => {
  await kettle("secretive");
  const cacheDir = fixture.cache();
  const url = fixture.urlOf("secretive").replace("//", "//kim:geheim@");
  const source = fixture.source({ url }, { cacheDir });
  await source.look({ channel: "main", installed: null }, NEVER);
  expect(source.address).toBe(fixture.urlOf("secretive"));
  const mirror = (await readdir(join(cacheDir, "git"))).find((name) => name.startsWith("mirror-")) as string;
  const config = await readFile(join(cacheDir, "git", mirror, "config"), "utf8");
  expect(config).not.toContain(fixture.server.url);
  expect(await readdir(join(cacheDir, "git", mirror))).not.toContain("hooks");
  expect(fixture.started.flatMap(({ argv }) => argv).join(" ")).not.toContain("geheim");
});
