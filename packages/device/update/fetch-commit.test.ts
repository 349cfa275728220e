import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest, Release, UpdateEvent } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { TempDir, TestClock } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DownloadsFolder } from "../download/index.ts";
import { UpdateError } from "../error.ts";
import { anOffer } from "../sources/offer-fixture.ts";
import type { Branches, Source } from "../sources/types.ts";
import { fetchExecutors } from "./fetch-executors.ts";
import { Reporter } from "./reporter.ts";
import { anUpdate, aRelease } from "./update-fixture.ts";

const signal = new AbortController().signal;
const A = "a".repeat(40);
const B = "b".repeat(40);
const release: Release = aRelease({
  version: "1.0.6.dev3",
  channel: "main",
  commit: A,
  manifest_sha256: null,
  manifest_url: null,
  bundle_url: null,
  size_bytes: null,
  unpacked_bytes: null,
});

let dir: TempDir;
let lines: string[];
let head: string;
let checkedOut: string[];
let checkOut: Branches["checkOut"];
let look: Source["look"];

beforeEach(async () => {
  dir = await TempDir.create();
  lines = [];
  head = A;
  checkedOut = [];
  look = async ({ channel }) => {
    const offer = anOffer("1.0.6.dev4", { channel, commit: head, bundle_url: null, manifest_url: null });
    return { offers: [offer], channels: [channel] };
  };
  checkOut = async (commit, into) => {
    checkedOut.push(commit);
    await writeFile(join(into, "pyproject.toml"), `# ${commit}\n`);
  };
});
afterEach(() => dir[Symbol.asyncDispose]());

function executors() {
  const clock = new TestClock();
  const source: Source = {
    address: "https://git.example.org/me/kettle",
    look: (...args) => look(...args),
    branches: {
      names: async () => ["main"],
      changes: async () => ({ latest: null, changes: [] }),
      knownChanges: async () => null,
      checkOut: (...args) => checkOut(...args),
    },
    manifest: () => Promise.reject(new Error("a commit has no manifest anywhere")),
    downloadHeaders: async () => ({}),
  };
  const note = (event: UpdateEvent) => {
    if (event.type === "line") lines.push(event.line);
  };
  const reporter = new Reporter({ keep: note, show: () => undefined, written: [], monotonic: () => clock.monotonic() });
  return fetchExecutors({
    source,
    downloads: new DownloadsFolder({ dir: dir.join("downloads"), keys: [], headers: async () => ({}), clock }),
    versioning: versionings.pep440,
    keys: [],
    policy: async () => ({ window: null }),
    clock,
    channel: async () => "main",
    skipped: async () => ({ version: null, commit: null }),
    current: async () => null,
    apply: async () => ({ refused: [] }),
    fetchRecord: async () => ({ left_alone: [] }),
    reporter: () => reporter,
    preflight: async () => undefined,
    cancelSignal: () => Object.assign(new AbortController().signal, { [Symbol.dispose]: () => undefined }),
    handOver: () => Promise.reject(new Error("nobody hands over here")),
  });
}

test("a commit is fetched, packed with a manifest that names it, and verified like any other release", async () => {
  const { download, verify } = executors();
  const event = await download({ action: "download", update: anUpdate(), release }, signal);
  if (event.type !== "downloaded") throw new Error(`it is ${event.type}`);
  const manifest: Manifest = JSON.parse(await readFile(dir.join("downloads/manifest.json"), "utf8"));
  expect(manifest).toMatchObject({ version: "1.0.6.dev3", commit: A });
  expect(event.release).toMatchObject({ commit: A, bundle_sha256: manifest.bundle?.sha256, size_bytes: event.bytes });
  await verify({ action: "verify", update: anUpdate(), release: event.release }, signal);
  await writeFile(dir.join("downloads", `${manifest.bundle?.sha256}.bundle`), "something else");
  const again = verify({ action: "verify", update: anUpdate(), release: event.release }, signal);
  await expect(again).rejects.toMatchObject({ code: "hash_mismatch" });
});

test("§6 the commit that the check found is installed, and it is said when the branch has moved since", async () => {
  head = B;
  await executors().download({ action: "download", update: anUpdate(), release }, signal);
  expect(checkedOut).toEqual([A]);
  expect(lines.join("\n")).toMatch(/main has moved since.*bbbbbbb.*Installing aaaaaaa/);
});

test("what was found is installed, though the branch is at a commit by now whose version can't be told", async () => {
  look = () => Promise.reject(new UpdateError("bad_version", "pyproject.toml is broken."));
  await executors().download({ action: "download", update: anUpdate(), release }, signal);
  expect(checkedOut).toEqual([A]);
});

test("while the branch stands where it stood, nothing is said of it", async () => {
  await executors().download({ action: "download", update: anUpdate(), release }, signal);
  expect(lines.join("\n")).not.toContain("moved");
});

test("one that was fetched and not installed yet isn't fetched again", async () => {
  await executors().download({ action: "download", update: anUpdate(), release }, signal);
  await executors().download({ action: "download", update: anUpdate(), release }, signal);
  expect(checkedOut).toEqual([A]);
});

test("§6 a commit that its host doesn't have any more is a release that has moved", async () => {
  checkOut = async () => {
    throw new UpdateError("release_moved", "The commit is gone.");
  };
  const gone = executors().download({ action: "download", update: anUpdate(), release }, signal);
  await expect(gone).rejects.toMatchObject({ code: "release_moved" });
});
