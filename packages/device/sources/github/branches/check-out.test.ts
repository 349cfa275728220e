import { mkdir, readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FixtureEntry, paxEntry, tarOf } from "../../../installers/bundle/tar-fixture.ts";
import type { Advance } from "../../../update/progress.ts";
import { BranchBench } from "./branches-fixture.ts";
import { unpackArchive } from "./unpack-archive.ts";

let bench: BranchBench;
let into: string;
beforeEach(async () => {
  bench = await BranchBench.start();
  into = bench.dir.join("tree");
  await mkdir(into);
});
afterEach(() => bench[Symbol.asyncDispose]());

const FILES = {
  "pyproject.toml": "[project]\n",
  "kettle/__init__.py": "",
  "bin/run": "#!/bin/sh\n",
  latest: "-> bin/run",
};
const checkOut = async (commit: string, options: Parameters<BranchBench["source"]>[0] = {}) => {
  const shares: number[] = [];
  const advance = (step: Advance) => shares.push("share" in step ? step.share : -1);
  const source = await bench.source(options);
  await source.branches?.checkOut(commit, into, advance, AbortSignal.timeout(20_000));
  return shares;
};
const refused = (commit: string) =>
  checkOut(commit).then(
    () => null,
    (error) => error,
  );

test("every file of the commit, with its mode, links last, and nothing else", async () => {
  const commit = bench.forge.git.commit({ files: FILES, executable: ["bin/run"] });
  bench.forge.git.commit({ files: { "pyproject.toml": "newer" } });
  const shares = await checkOut(commit);
  expect(shares.at(-1)).toBe(1);
  const found = (await readdir(into, { recursive: true })).sort();
  expect(found).toEqual(["bin", "bin/run", "kettle", "kettle/__init__.py", "latest", "pyproject.toml"]);
  expect(await readFile(`${into}/pyproject.toml`, "utf8")).toBe("[project]\n");
  const modes = await Promise.all(["bin/run", "pyproject.toml"].map((path) => stat(`${into}/${path}`)));
  expect(modes.map(({ mode }) => mode & 0o7777)).toEqual([0o755, 0o644]);
  expect(await readlink(`${into}/latest`)).toBe("bin/run");
  // Nothing stays behind.
  expect(await readdir(bench.dir.join("cache"))).toEqual([]);
});

test.each([
  ["a submodule", { "vendor/lib": "=> 1234567" }, "vendor/lib"],
  [
    "a file that is kept in Git LFS",
    {
      ".gitattributes": "*.bin filter=lfs -text\n",
      "a/x.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
    },
    "a/x.bin",
  ],
  ["a file in a folder named .git", { "a/.git/config": "[core]" }, "a/.git"],
  ["a link that leaves it", { latest: "-> ../../etc/passwd" }, "latest"],
])("a commit with %s is refused by its name, and the folder is empty again", async (_, files, path) => {
  const commit = bench.forge.git.commit({ files: { ...FILES, ...files } });
  expect(await refused(commit)).toMatchObject({ code: "archive_refused", message: expect.stringContaining(path) });
  expect(await readdir(into)).toEqual([]);
});

test("a private repository's archive is read on its other host, where the token doesn't go", async () => {
  await using secret = await BranchBench.start({ token: "ghp_secret", private: true });
  const commit = secret.forge.git.commit({ files: FILES });
  const source = await secret.source({ token: "ghp_secret" });
  await source.branches?.checkOut(commit, into, () => undefined, AbortSignal.timeout(20_000));
  expect(secret.forge.requests.map(({ origin, status }) => `${origin} ${status}`)).toEqual(["main 302", "second 200"]);
  const [asked, sent] = secret.forge.requests.map(({ headers }) => headers);
  expect([asked?.authorization, asked?.accept]).toEqual(["Bearer ghp_secret", "application/vnd.github+json"]);
  expect(JSON.stringify(sent)).not.toContain("ghp_secret");
});

test("a commit that GitHub doesn't have any more has moved", async () => {
  expect(await refused("0".repeat(40))).toMatchObject({
    code: "release_moved",
    message: expect.stringContaining("000000000000 of"),
  });
});

test("a download that breaks off is taken up again", async () => {
  const commit = bench.forge.git.commit({ files: FILES });
  bench.forge.fault("/codeload/", { kind: "truncate", after: 30 }, 1);
  await checkOut(commit);
  expect(await readFile(`${into}/bin/run`, "utf8")).toBe("#!/bin/sh\n");
});

test("what a download of another commit has left goes, and one that doesn't end is broken off and leaves nothing", async () => {
  const cache = bench.dir.join("cache");
  await mkdir(cache);
  for (const left of [".part", ".part.json"])
    await writeFile(`${cache}/github-${"1".repeat(40)}.tar.gz${left}`, "half");
  await checkOut(bench.forge.git.commit({ files: FILES }));
  expect(await readdir(cache)).toEqual([]);
  bench.forge.fault("/codeload/", { kind: "oversize" });
  const endless = checkOut(bench.forge.git.commit({ files: { ...FILES, more: "" } }), { archiveBytes: 1024 ** 2 });
  await expect(endless).rejects.toMatchObject({ code: "archive_refused", message: expect.stringContaining("1 MiB") });
  expect(await readdir(cache)).toEqual([]);
});

test.each([
  [{ kind: "html" }, "host_error"],
  [{ kind: "status", status: 403, headers: { "retry-after": "60" } }, "rate_limited"],
  [{ kind: "redirect", to: "file:///etc" }, "host_error"],
] as const)("an archive with the fault %j is %s", async (fault, code) => {
  const commit = bench.forge.git.commit({ files: FILES });
  bench.forge.fault("/codeload/", fault);
  expect(await refused(commit)).toMatchObject({ code });
  expect(await readdir(into)).toEqual([]);
});

const top = (path: string, more: Partial<FixtureEntry> = {}): FixtureEntry => ({
  name: `top/${path}`,
  body: "x",
  ...more,
});

test.each<[string, (FixtureEntry | Buffer)[]]>([
  ["a way out of the folder", [top("../../evil")]],
  ["an absolute path", [{ name: "/etc/evil", body: "x" }]],
  ["a file outside of the one folder", [{ name: "evil", body: "x" }]],
  ["two folders", [top("a"), { name: "other/b", body: "x" }]],
  ["a file twice", [top("a"), top("a")]],
  ["a file where a folder is", [top("a/b"), top("a")]],
  ["a folder where a file is", [top("a"), top("a/b")]],
  ["a link out of it", [top("a", { type: "2", link: "../../etc/passwd", body: "" })]],
  ["an absolute link", [top("a", { type: "2", link: "/etc/passwd", body: "" })]],
  ["a link, then a file through it", [top("a", { type: "2", link: "b", body: "" }), top("a/c")]],
  ["a link where a file is", [top("a"), top("a", { type: "2", link: "b", body: "" })]],
  ["a hard link", [top("a"), top("b", { type: "1", link: "top/a", body: "" })]],
  ["a device", [top("a", { type: "3", body: "" })]],
  ["a path that only a record has", [paxEntry({ path: "top/../../evil" }), top("a")]],
  ["another commit's id", [paxEntry({ comment: "f".repeat(40) }, "g"), top("a")]],
  ["nothing", []],
  ["a damaged header", [top("a", { damaged: true })]],
])("an archive with %s is refused", async (_, entries) => {
  const commit = bench.forge.git.commit({ files: FILES });
  bench.forge.archive = gzipSync(tarOf(...entries));
  expect(await refused(commit)).toMatchObject({ code: expect.stringMatching(/^archive_refused$/) });
  const beside = (await readdir(bench.dir.path)).sort();
  expect(beside).toEqual(["cache", "tree"]);
});

test("something that isn't an archive at all is refused, and so is one that ends too early", async () => {
  const commit = bench.forge.git.commit({ files: FILES });
  const whole = gzipSync(tarOf(top("a")));
  for (const archive of [Buffer.from("hello"), whole.subarray(0, whole.length / 2)]) {
    bench.forge.archive = archive;
    expect(await refused(commit)).toMatchObject({ code: "archive_refused" });
  }
});

test("bad input: an archive that unpacks to more than there may be, or to more files, ends there", async () => {
  const path = bench.dir.join("bomb.tar.gz");
  const unpack = (entries: FixtureEntry[], limits: object) =>
    writeFile(path, gzipSync(tarOf(...entries))).then(() =>
      unpackArchive({
        path,
        commit: "a".repeat(40),
        into,
        limits: { entries: 3, archiveBytes: 1e6, tarBytes: 1e5, ...limits },
        signal: AbortSignal.timeout(20_000),
      }),
    );
  const bomb = top("bomb", { body: Buffer.alloc(1_000_000) });
  await expect(unpack([bomb], {})).rejects.toMatchObject({ code: "archive_refused" });
  await expect(unpack([top("a")], { archiveBytes: 10 })).rejects.toMatchObject({ code: "archive_refused" });
  const many = ["1", "2", "3", "4"].map((path) => top(path));
  await expect(unpack(many, {})).rejects.toMatchObject({
    code: "archive_refused",
    message: expect.stringContaining("one more"),
  });
});
