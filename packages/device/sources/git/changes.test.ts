import type { Change } from "@pawl/protocol";
import { type GitRepository, pythonProject } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Branches, Changes } from "../types.ts";
import { GitFixture, NEVER } from "./git-fixture.ts";

let fixture: GitFixture;
let repository: GitRepository;
let branches: Branches;
/** main: the tag v1.0.0, and 450 commits. */
let main: string[];

beforeAll(async () => {
  fixture = await GitFixture.start();
  repository = await fixture.server.create("me/kettle");
  const commits = Array.from({ length: 450 }, (_, n) => ({ message: `Change ${n + 1}` }));
  main = await repository.commits("main", [{ files: pythonProject(), message: "Begin" }, ...commits]);
  await repository.tag("v1.0.0", main[0] as string);
  branches = fixture.source({ url: fixture.urlOf("me/kettle") }).branches as Branches;
});

afterAll(() => fixture[Symbol.asyncDispose]());

const titles = ({ changes }: { changes: Change[] }) => changes.map(({ title }) => title);
const id = (n: number) => main[n] as string;

test("B2 of hundreds of commits the newest are told, newest first", async () => {
  const found = await branches.changes({ channel: "main", installed: { version: "1.0.0", commit: id(0) } }, 100, NEVER);
  expect(found.latest).toBe("1.0.1.dev450");
  expect(titles(found)).toEqual(Array.from({ length: 100 }, (_, n) => `Change ${450 - n}`));
});

test.each([
  ["by its commit", { version: "1.0.1.dev447", commit: () => id(447) }, 3],
  ["by the id in its version", { version: "1.0.1.dev448+gABBREV", commit: null }, 2],
  ["by the tag of its version", { version: "1.0.0", commit: null }, 50],
  ["by the count in its version", { version: "1.0.1.dev446", commit: null }, 4],
  ["up to the most there may be, when nothing is known of it", { version: "0.9.0", commit: null }, 50],
  ["by its version when nobody knows its commit", { version: "1.0.1.dev445", commit: () => "1".repeat(40) }, 5],
  ["as none, when it is the newest", { version: "1.0.1.dev450", commit: () => id(450) }, 0],
  ["as none, when it is newer", { version: "1.0.1.dev460", commit: null }, 0],
])("what the device lacks is found %s", async (_how, { version, commit }, count) => {
  const installed = { version: version.replace("ABBREV", id(448).slice(0, 9)), commit: commit?.() ?? null };
  const asked = { channel: "main", installed };
  const found = (await branches.knownChanges(asked, 50, NEVER)) ?? (await branches.changes(asked, 50, NEVER));
  expect(titles(found)).toEqual(Array.from({ length: count }, (_, n) => `Change ${450 - n}`));
});

test("between two commits it is those in between, wherever the branch has gone since", async () => {
  const asked = {
    channel: "gone",
    installed: { version: "1.0.1.dev10", commit: id(10) },
    until: { version: "1.0.1.dev12", commit: id(12) },
  };
  const between = { latest: "1.0.1.dev12", titles: ["Change 12", "Change 11"] };
  const said = (found: Changes | null) => found && { latest: found.latest, titles: titles(found) };
  expect(said(await branches.changes(asked, 50, NEVER))).toEqual(between);
  expect(said(await branches.knownChanges(asked, 50, NEVER))).toEqual(between);
  const lost = { ...asked, until: { version: "1.0.1.dev13", commit: "1".repeat(40) } };
  await expect(branches.changes(lost, 50, NEVER)).rejects.toMatchObject({ code: "not_found" });
  expect(await branches.knownChanges(lost, 50, NEVER)).toBeNull();
});

test("a change has all its fields, as harmless text", async () => {
  const before = repository.heads.get("main") as string;
  const sha = await repository.commit("side", {
    from: before,
    author: "Ada \u202eL <ada@example.org>",
    at: new Date("2026-03-04T05:06:07Z"),
    message: `Say \u001b[31mit\u0007 | ${"long ".repeat(100)}\n\nBecause.\r\n\n- of this\n${"x".repeat(20_000)}`,
  });
  const url = fixture.urlOf("me/kettle").replace("//", "//kim:geheim@");
  const other = fixture.source({ url }).branches as Branches;
  const { changes } = await other.changes({ channel: "side", installed: { version: "1", commit: before } }, 5, NEVER);
  expect(changes).toEqual([
    {
      sha,
      short_sha: sha.slice(0, 7),
      title: expect.stringMatching(/^Say \[31mit \| long .*…$/),
      body: expect.stringMatching(/^Because\.\n\n- of this\nx+…$/),
      author: "Ada L",
      date: "2026-03-04T05:06:07.000Z",
      url: `${fixture.server.url}/me/kettle/commit/${sha}`,
    },
  ]);
  expect(changes[0]?.title.length).toBe(300);
  expect(changes[0]?.body.length).toBe(8000);
});

test("what is known is told without the network, and nothing where nothing is known", async () => {
  const source = fixture.source({ url: fixture.urlOf("me/kettle") });
  const known = source.branches as Branches;
  const asked = { channel: "main", installed: { version: "1.0.1.dev448", commit: id(448) } };
  expect(await known.knownChanges(asked, 10, NEVER)).toBeNull();
  await source.look(asked, NEVER);
  const requests = fixture.server.requests.length;
  const found = await known.knownChanges(asked, 10, NEVER);
  expect(found).toMatchObject({ latest: "1.0.1.dev450" });
  expect(titles(found ?? { changes: [] })).toEqual(["Change 450", "Change 449"]);
  expect(await known.knownChanges({ ...asked, channel: "nowhere" }, 10, NEVER)).toBeNull();
  // Of a commit that isn't here nothing is asked of the host either, though git would by itself.
  await known.knownChanges({ ...asked, installed: { version: "1.0.0", commit: "2".repeat(40) } }, 10, NEVER);
  expect(fixture.server.requests.length).toBe(requests);
});
