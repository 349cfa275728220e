import { readdir, stat } from "node:fs/promises";
import { type FaultOrKind, TempDir } from "@pawl/testkit";
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
});
afterEach(() => server.mirror.heal());
afterAll(async () => {
  expect(server?.errors).toEqual([]);
  await server?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

const PATIENCE = { timeout: 60_000 };
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
    [
      "more than a disk has, in files without content",
      "for i in {1..9}; do truncate -s 1G $i; done",
      /The build has left files of 9 GiB; 4 GiB may be\./,
    ],
    ["an error with a character that no database takes", "printf 'x\\0y\\n' >&2; exit 1", /x.*y/],
  ])("%s is refused by name, and nothing is published", async (_, script, words) => {
    const id = await ask({ ...ODD, defaults: script });
    const { state, failure } = await ended(id);
    expect([state, failure.message]).toEqual(["failed", expect.stringMatching(words)]);
    await assertNothingOf(id);
    const old = await server.caller.post("/api/v1/build", { ...ODD, defaults: script });
    const detail =
      failure.code === "build_failed" ? "Error while building firmware. See stdout/stderr" : failure.message;
    expect([old.status, old.json.detail]).toEqual([500, `Error: ${detail}`]);
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

// The current dialect takes a list as it is, and names what is wrong with it afterwards: contract server.md §2.
test.each<[what: string, fields: object, words: RegExp]>([
  ["names of another script", { packages: ["l\u00fcci"] }, /Impossible package selection: missing \(l\u00fcci\)$/],
  ["no name", { packages: [""] }, /Impossible package selection/],
  ["a way up", { packages: [".."] }, /Impossible package selection: missing \(\.\.\)$/],
  ["several in one", { packages: ["vim,nano"] }, /Impossible package selection: missing \(vim,nano\)$/],
  ["a NUL in the script", { defaults: "echo\0" }, /Error while building firmware/],
  ["a key that is none", { repository_keys: ["../../x\0"] }, /key/],
])("a request with %s is no build, in the dialect's words", async (_, fields, words) => {
  const body = { ...ODD, client: "a\0b", ...fields };
  const { status, json } = await server.caller.post("/api/v1/build", body);
  expect([status, json.detail]).toEqual([202, "queued"]);
  const read = () => server.caller.get(`/api/v1/build/${json.request_hash}`);
  await expect.poll(async () => (await read()).status, PATIENCE).toBe(500);
  expect((await read()).json.detail).toMatch(words);
});

describe("an ImageBuilder that isn't as it should be", () => {
  const FOLDER = "releases/24.10.4/targets/x86/64";
  const ARCHIVE = `${FOLDER}/openwrt-imagebuilder-*`;
  const ASKED = { version: "24.10.4", target: "x86/64", profile: "generic" };
  let asked = 0;

  // What the catalog reads of its target is all right.
  beforeAll(() => server.caller.get("/api/v1/revision/24.10.4/x86/64"));

  test.each<[what: string, pattern: string, fault: FaultOrKind, code: string, words: RegExp]>([
    [
      "signed by a stranger",
      `${FOLDER}/sha256sums.sig`,
      "wrong-signature",
      "imagebuilder_refused",
      /is signed by the key/,
    ],
    ["of another sum", ARCHIVE, "altered", "imagebuilder_refused", /isn't what its sha256sums name/],
    ["a web page", ARCHIVE, "html", "mirror_failed", /web page/],
    ["nowhere", ARCHIVE, "down", "mirror_failed", /\w+ \w+/],
  ])("%s ends the build, or has it tried again, in words", async (_, pattern, fault, code, words) => {
    server.mirror.misbehave(pattern, fault);
    const body = { ...ASKED, defaults: `# ${++asked}\n` };
    const { status, json } = await server.caller.post(V2, body);
    expect([status, json.error]).toEqual([202, undefined]);
    const { id } = json.build;
    const now = () => server.caller.get(`${V2}/${id}`).then(({ json }) => json);
    if (code === "imagebuilder_refused") {
      expect((await ended(id)).failure).toMatchObject({ code, message: expect.stringMatching(words) });
    } else {
      await expect.poll(async () => (await now()).waits_for, PATIENCE).toMatch(words);
      expect(await now()).toMatchObject({ state: "queued", failure: null });
      await server.caller.post(`${V2}/${id}/withdrawals`, { secret: json.secret });
      expect((await now()).state).toBe("withdrawn");
    }
    await assertNothingOf(id);
  });

  test("with a file that leads out of its folder is refused, and one that runs as another user doesn't", async () => {
    await publishOdd(server.mirror, "26.05.0-rc1", ["--transform=s,^evil$,ib/../../../../evil,", "evil"]);
    const id = await ask({ ...ODD, version: "26.05.0-rc1", defaults: "true\n" });
    expect((await ended(id)).failure).toMatchObject({
      code: "imagebuilder_refused",
      message: expect.stringMatching(/^The ImageBuilder is refused, /),
    });
    await assertNothingOf(id);

    await publishOdd(server.mirror, "24.10.5", ["--transform=s,^evil$,ib/evil,", "evil"]);
    expect((await ended(await ask({ ...ODD, version: "24.10.5", defaults: "true\n" }))).state).toBe("done");
    const evil = (await readdir(dir.path, { recursive: true })).filter((path) => path.endsWith("evil"));
    expect(evil).toEqual([expect.stringMatching(/^state\/cache\/imagebuilders\/trees\//)]);
    expect((await stat(dir.join(evil[0] ?? ""))).mode & 0o7777).toBe(0o755);
  });

  test("that becomes another one while it is fetched is fetched whole, and nothing is mixed", async () => {
    const archive = "releases/25.12.0/targets/x86/64/openwrt-imagebuilder-*";
    // A thousand bytes with each try.
    server.mirror.misbehave(archive, { kind: "truncated", after: 1_000 });
    const id = await ask({ ...ODD, version: "25.12.0", defaults: "true\n" });
    await expect.poll(() => server.mirror.traffic(archive).requests, PATIENCE).toBeGreaterThan(1);
    await publishOdd(server.mirror, "25.12.0");
    server.mirror.heal();
    const { state, failure, result } = await ended(id);
    expect([state, failure]).toEqual(["done", null]);
    expect(result.artifacts[0]).toMatchObject({ name: "odd.img", size: 6 });
  });
});
