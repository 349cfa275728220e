import { afterEach, beforeEach, expect, test } from "vitest";
import { BranchBench, DYNAMIC, pinnedAt } from "./branches-fixture.ts";

let bench: BranchBench;
let git: BranchBench["forge"]["git"];
beforeEach(async () => {
  bench = await BranchBench.start();
  git = bench.forge.git;
});
afterEach(() => bench[Symbol.asyncDispose]());

const version = async (channel = "main") => (await bench.look(channel)).head?.version;

test("channels are branches, the asked one's newest commit is on offer, and so is every tag that is a version", async () => {
  const tagged = git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("v1.0.5");
  git.tag("nightly");
  git.branch("dev");
  const head = git.commit({ branch: "dev", message: "Boil faster\n\nMuch faster.", author: "Ann" });
  const { offers, channels } = await bench.look("dev");
  expect(channels).toEqual(["dev", "main"]);
  const none = { notes: null, manifest_url: null, signature_url: null, bundle_url: null, standing: null };
  const web = bench.forge.url;
  expect(offers).toEqual([
    {
      ...none,
      version: "1.0.6.dev1",
      channel: "dev",
      commit: head,
      title: "Boil faster",
      published_at: git.get(head)?.date.toISOString(),
      notes_url: `${web}/me/pi-kit/commit/${head}`,
    },
    {
      ...none,
      version: "1.0.5",
      channel: null,
      commit: tagged,
      title: "v1.0.5",
      published_at: null,
      notes_url: `${web}/me/pi-kit/releases/tag/v1.0.5`,
    },
  ]);
});

test("the nearest reachable tag counts: of two the nearer one, whichever is the higher version", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("2.0.0");
  git.commits(3);
  git.tag("1.9.0");
  git.commits(2);
  expect(await version()).toBe("1.9.1.dev2");
});

test("B6 a tag on another branch is never the base", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.5");
  git.branch("dev");
  git.commits(4);
  git.tag("1.1.0");
  git.commits(2, "dev");
  expect(await version("dev")).toBe("1.0.6.dev2");
  expect(await version()).toBe("1.1.0");
});

test("B6 1.0.10 is after 1.0.9, however GitHub lists them", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.9");
  git.commit();
  git.tag("1.0.10");
  git.commit();
  const { head, offers } = await bench.look();
  expect(head?.version).toBe("1.0.11.dev1");
  expect(offers.slice(1).map(({ version }) => version)).toEqual(["1.0.10", "1.0.9"]);
});

test("B4 a commit that has a tag is that version, also when it was tagged after a look", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("v1.0.5");
  git.commits(2);
  expect(await version()).toBe("1.0.6.dev2");
  git.tag("v1.0.6");
  expect((await bench.look("main", null, { restMs: 0 })).head?.version).toBe("1.0.6");
  expect((await bench.look("main", null, { restMs: 0 })).head?.version).toBe("1.0.6");
  git.commit();
  expect(await version()).toBe("1.0.7.dev1");
});

test("a merge that brings a tag counts from it", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.0");
  git.branch("side");
  git.commits(150);
  expect(await version()).toBe("1.0.1.dev150");
  git.commit({ branch: "side" });
  git.tag("1.5.0", "side");
  // Everything of main since 1.0.0 isn't in it, and so it is no nearer than that.
  git.commit({ merges: [git.branches.get("side") ?? ""] });
  expect(await version()).toBe("1.5.1.dev151");
});

test("of two tags on one commit an annotated one counts before others, of those the newest", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.0rc2", "main", "2026-02-01T12:00:00Z");
  git.tag("1.0.0", "main", "2026-02-02T12:00:00Z");
  git.tag("0.9");
  git.commit();
  expect(await version()).toBe("1.0.1.dev1");
  git.tag("1.1.0rc1");
  git.tag("1.1.0");
  expect((await bench.look("main", null, { restMs: 0 })).head?.version).toBe("1.1.0");
});

test("without any tag all commits are counted", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.commits(6);
  expect(await version()).toBe("0.1.dev7");
});

test.each([
  ["pyproject.toml", pinnedAt("2.3.4"), "2.3.4"],
  ["package.json", '{"version": "2.3.4-rc.1"}', "2.3.4-rc.1"],
  ["VERSION", "2.3.4\n", "2.3.4"],
])("a version that %s pins is the branch's, whatever the tags are", async (path, text, pinned) => {
  git.commit({ files: { "README.md": "# kettle" } });
  git.tag("9.0.0");
  git.commit({ files: { [path]: text } });
  expect(await version()).toBe(pinned);
  expect(bench.asked().some((request) => request.startsWith("compare/"))).toBe(false);
});

test("a version in a file of the package is read there", async () => {
  const pyproject =
    '[project]\nname = "kettle"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "kettle.__version__"}\n';
  git.commit({ files: { "pyproject.toml": pyproject, "kettle/__init__.py": '__version__ = "3.1.0"\n' } });
  expect(await version()).toBe("3.1.0");
});

test("a link or a folder in place of a project's file is none", async () => {
  git.commit({
    files: { "pyproject.toml": "-> ../../etc/passwd", "VERSION/x": "1", "package.json": '{"version":"1.2.3"}' },
  });
  expect(await version()).toBe("1.2.3");
});

test("how the newest commit stands to the installed one", async () => {
  const old = git.commit({ files: { "pyproject.toml": pinnedAt("1.0.0") } });
  git.branch("dev");
  const dev = git.commit({ branch: "dev" });
  const head = git.commit();
  const standing = async (commit: string | null, version = "1.0.0") =>
    (await bench.look("main", { version, commit })).head?.standing;
  expect(await standing(old)).toEqual({ to: old, is: "ahead" });
  expect(await standing(dev)).toEqual({ to: dev, is: "diverged" });
  expect(await standing(head)).toBeNull();
  expect(await standing(null)).toBeNull();
  // Built from a checkout: its version says which commit it was.
  expect(await standing(null, `1.0.1.dev1+g${old.slice(0, 8)}.d20260101`)).toEqual({ to: old, is: "ahead" });
  git.branch("main", old);
  expect(await standing(head)).toEqual({ to: head, is: "behind" });
  // Somebody else's, or one that GitHub has thrown away.
  expect(await standing("0".repeat(40))).toBeNull();
  const unrelated = git.commit({ branch: "other" });
  expect(await standing(unrelated)).toEqual({ to: unrelated, is: "diverged" });
});

test("a branch whose history was rewritten is counted anew", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.0");
  const kept = git.commits(2);
  git.commits(3);
  expect(await version()).toBe("1.0.1.dev5");
  git.branch("main", kept);
  git.commit();
  expect(await version()).toBe("1.0.1.dev3");
  git.tags.delete("1.0.0");
  expect((await bench.look("main", null, { restMs: 0 })).head?.version).toBe("0.1.dev4");
});

test("branches whose names can't be a channel's are passed over, and a branch that isn't there has no offers", async () => {
  git.commit({ files: { VERSION: "1.0" } });
  for (const name of ["--upload-pack=x", "$(id)", "a b", "ü", "x".repeat(81), "feature/a-1", "a.lock"])
    git.branch(name);
  const { channels, offers } = await bench.look("gone");
  expect([channels, offers]).toEqual([["feature/a-1", "main"], []]);
  expect(await (await bench.source()).branches?.names(AbortSignal.timeout(60_000))).toEqual(["feature/a-1", "main"]);
});

test.each(["refs/pull/2/head", "../../../other/repo/main", "HEAD", "v1.0", "heads/main"])(
  "B18 %s isn't taken for a branch, and never becomes a part of an address",
  async (channel) => {
    git.commit({ files: { VERSION: "1.0" } });
    git.tag("v1.0");
    const { offers } = await bench.look(channel);
    expect(offers).toEqual([]);
    await expect(bench.changes(null, 40, channel)).rejects.toMatchObject({ code: "not_found" });
    expect(bench.asked()).toEqual(["branches?per_page=100 200", "branches?per_page=100 304"]);
  },
);

test("more branches and tags than fit on a page are read to the end", async () => {
  await using small = await BranchBench.start({ most: 3 });
  small.forge.git.commit({ files: { VERSION: "1.0" } });
  for (let n = 0; n < 7; n++) small.forge.git.branch(`b${n}`);
  for (let n = 0; n < 7; n++) small.forge.git.tag(`1.${n}`);
  const { channels, offers } = await small.look("b6");
  expect([channels.length, offers.length]).toEqual([8, 8]);
  // Each page is remembered for itself.
  small.asked();
  expect((await small.look("b6")).channels).toHaveLength(8);
  expect(small.asked().map((request) => request.slice(-3))).toEqual(["304", "304", "304"]);
});
