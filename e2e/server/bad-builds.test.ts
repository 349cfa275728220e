import { readdir } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ComposedServer, startComposed } from "./lib/composed.ts";
import { ODD, publishOdd } from "./lib/odd-imagebuilder.ts";

// Builds that go wrong, or were meant to do harm, through the whole server: each ends with its reason in the words of every dialect,
// nothing of it is published, and whatever is asked for next is built.

let dir: TempDir;
let server: ComposedServer;

beforeAll(async () => {
  dir = await TempDir.create();
  server = await startComposed({ builds: true, config: { state_dir: dir.join("state") } });
  await publishOdd(server.mirror);
}, 60_000);
afterEach(() => server.mirror.heal());
afterAll(async () => {
  expect(server?.errors).toEqual([]);
  await server?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

const SOMETHING = 'echo "$RANDOM"\n';
const V2 = "/api/v2/builds";

async function ask(body: object) {
  const { status, json } = await server.caller.post(V2, body);
  expect([status, json.error?.message, json.outcome]).toEqual([202, undefined, "new"]);
  return json.build.id as string;
}

/** The stream ends with the build. */
async function ended(id: string) {
  await server.caller.get(`${V2}/${id}/events`);
  return (await server.caller.get(`${V2}/${id}`)).json;
}

async function built(body: object) {
  const build = await ended(await ask(body));
  expect([build.state, build.failure]).toEqual(["done", null]);
  return build;
}

/** Nothing of it in the store, and nothing of it left where it was built. */
async function assertNothingOf(id: string) {
  expect(await readdir(dir.join("state/store", id.slice(0, 2))).catch(() => [])).not.toContain(id);
  for (const name of ["odd.img", "build.log", "profiles.json"]) {
    expect((await server.caller.get(`/store/${id}/${name}`)).status).toBe(404);
  }
  const [worker = ""] = await readdir(dir.join("state/builds"));
  await expect.poll(() => readdir(dir.join("state/builds", worker))).toEqual([]);
}

describe("what a build leaves among its images", () => {
  test.each<[what: string, script: string, words: RegExp]>([
    ["a link", "ln -sf /etc/passwd odd.img", /"odd.img".*: it is a link/],
    [
      "a pipe in place of profiles.json",
      "rm profiles.json; mkfifo profiles.json",
      /"profiles.json".*: it isn't a file/,
    ],
    ["a name with a line break", "touch $'a\\nb'", /"a\\nb".*: it has a name that can't be published/],
    ["six hundred files", "touch {1..600}", /600|603/],
    ["an image that isn't as it is listed", "echo other > odd.img", /odd.img isn't what profiles.json lists/],
    ["a list that leads out of it", "sed -i s,odd.img,../odd.img, profiles.json", /"..\/odd.img"/],
    ["a list of an image that isn't there", "rm odd.img", /lists odd.img, which wasn't made/],
    ["a list of a gigabyte", "truncate -s 1G profiles.json", /profiles.json isn't a file of a usual size/],
    ["a manifest of a gigabyte", "truncate -s 1G odd.manifest", /odd.manifest isn't a file of a usual size/],
    ["more than a disk has, in files without content", "for i in {1..400}; do truncate -s 1G $i; done", /GiB/],
    ["an error with a character that no database takes", "printf 'x\\0y\\n' >&2; exit 1", /x.*y/],
  ])("%s is refused by name, and nothing is published", async (_, script, words) => {
    const id = await ask({ ...ODD, defaults: script });
    const { state, failure } = await ended(id);
    expect([state, failure.message]).toEqual(["failed", expect.stringMatching(words)]);
    await assertNothingOf(id);
    const old = await server.caller.post("/api/v1/build", { ...ODD, defaults: script });
    expect([old.status, old.json.detail]).toEqual([500, "Error: Error while building firmware. See stdout/stderr"]);
    expect(old.json.stderr).toMatch(words);
  });

  test("is published with its own bytes' sums, whatever is printed, said or allowed besides", async () => {
    const script = [
      "chmod 6777 odd.img",
      "printf 'a\\0b \\033[2J \\377\\n\\r'",
      'sed -i \'s/"titles"/"sha256":"none","extra":"\\\\u0000\\\\ud800","titles"/\' profiles.json',
    ].join("\n");
    const { id, result } = await built({ ...ODD, defaults: script });
    const image = result.artifacts.find(({ name }: { name: string }) => name === "odd.img");
    expect(image).toMatchObject({ size: 6, type: "sysupgrade" });
    const { text, headers } = await server.caller.get(image.url);
    expect([text, headers.etag]).toEqual(["image\n", `"${image.sha256}"`]);
    const { json } = await server.caller.get(`${V2}/${id}/log`);
    expect(json.items.map((line: { text: string }) => line.text)).toContain("a\0b \x1b[2J \ufffd");
    expect((await server.caller.post("/api/v1/build", { ...ODD, defaults: script })).status).toBe(200);
  });
});
