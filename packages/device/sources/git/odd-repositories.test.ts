import { mkdir, readdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure, GitFixture, NEVER } from "./git-fixture.ts";

const ASKED = { channel: "main", installed: null };

let fixture: GitFixture;
beforeAll(async () => {
  fixture = await GitFixture.start();
});
afterAll(() => fixture[Symbol.asyncDispose]());

test.each([true, false])(
  "odd dates and addresses of long ago hinder nobody, where the host filters: %j",
  async (filters) => {
    const odd = await fixture.server.create(`odd-${filters}`);
    await odd.allowFilters(filters);
    let parent = await odd.commit("main", { files: { VERSION: "1.0.0" } });
    const tree = await odd.git("rev-parse", `${parent}^{tree}`);
    for (const author of [
      "Kim <kim@example.org> 1 +051800",
      "Kim 1 +0000",
      "Kim <kim@example.org> 01 +0000",
      "Kim\0",
    ]) {
      const said = author.replace("\0", " <kim@example.org> 1 +0000");
      const text = `tree ${tree}\nparent ${parent}\nauthor ${said}\ncommitter Kim <kim@example.org> 1 +0000\n\nOld${author}\n`;
      const path = fixture.dir.join("commit");
      await writeFile(path, text);
      parent = await odd.git("hash-object", "-t", "commit", "-w", "--literally", path);
    }
    await odd.branch("main", parent);
    const source = fixture.source({ url: fixture.urlOf(`odd-${filters}`) });
    expect((await source.look(ASKED, NEVER)).offers[0]).toMatchObject({ commit: parent, version: "1.0.0" });
    const into = fixture.dir.join(`odd-${filters}`);
    await mkdir(into);
    await source.branches?.checkOut(parent, into, () => undefined, NEVER);
    expect(await readdir(into)).toEqual(["VERSION"]);
  },
);

test("what nobody could read to its end isn't: one endless title hides no branch, and a folder in folders in folders is refused", async () => {
  const wordy = await fixture.server.create("wordy");
  const first = await wordy.commit("main", { files: { VERSION: "1.0.0" } });
  const files = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`a/file/with/a/name/${n}`, ""]));
  const many = await wordy.commit("zz", { files, message: "x".repeat(60_000) });
  const source = fixture.source({ url: fixture.urlOf("wordy") }, { limits: { outputMax: 50_000 } });
  const seen = await source.look(ASKED, NEVER);
  expect(seen.channels.sort()).toEqual(["main", "zz"]);
  expect(seen.offers[0]).toMatchObject({ commit: first, version: "1.0.0", title: null });
  const into = fixture.dir.join("wordy");
  await mkdir(into);
  const laidOut = source.branches?.checkOut(many, into, () => undefined, NEVER) ?? Promise.resolve();
  // As one of which nothing can be made: another look at it tells nothing else.
  expect(await failure(laidOut)).toMatchObject({
    code: "archive_refused",
    message: expect.stringMatching(/more .* than Pawl reads/),
  });
});

test("a shallow repository whose tags are cut off gives no version", async () => {
  const whole = await fixture.server.create("whole");
  const [first = ""] = await whole.commits("main", [{ files: { a: "1" } }, { files: { a: "2" } }]);
  await whole.tag("1.0.0", first);
  const shallow = await fixture.server.create("shallow");
  await shallow.git("fetch", "--quiet", "--depth=1", `file://${whole.path}`, "main:main");
  const source = fixture.source({ url: fixture.urlOf("shallow") });
  const { offers, trouble } = await source.look(ASKED, NEVER);
  expect(offers).toEqual([]);
  expect(trouble).toMatchObject({ code: "bad_version", message: expect.stringContaining("shallow") });
});

test("an empty repository, and a path that is none, say so", async () => {
  await fixture.server.create("empty");
  expect(await failure(fixture.source({ url: fixture.urlOf("empty") }).look(ASKED, NEVER))).toMatchObject({
    code: "host_error",
    message: expect.stringContaining("no branches"),
  });
  const none = fixture.source({ url: `file://${fixture.dir.path}` });
  expect(await failure(none.look(ASKED, NEVER))).toMatchObject({ code: "not_found" });
});
