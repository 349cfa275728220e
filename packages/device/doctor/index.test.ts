import { mkdir, readdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PATIENT, someSurroundings } from "./doctor-fixture.ts";
import { examineDevice, type Surroundings } from "./index.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("releases"));
  await writeFile(dir.join("releases", "index.json"), '{"name": "kitchen", "releases": []}');
});
afterEach(() => dir[Symbol.asyncDispose]());

const app = (name: string) => `
  ${name}:
    source: { directory: { path: RELEASES } }
    install: { bundle: { home: HOME/${name} } }
    services: [{ command: { start: ["true"], stop: ["true"], status: ["true"] } }]
`;

async function examine(text: string, { app, ...more }: Partial<Surroundings> & { app?: string } = {}) {
  const configPath = dir.join("pawl.yaml");
  const yaml = text.replaceAll("RELEASES", dir.join("releases")).replaceAll("HOME", dir.join("home"));
  await writeFile(configPath, yaml);
  const around = someSurroundings(dir.path, more);
  return examineDevice({ configPath, env: {}, app, around }, PATIENT);
}

const TWO = `state_dir: STATE
apps:${app("kitchen")}${app("garden")}`;
const two = () => TWO.replace("STATE", dir.join("state"));

test("looks at the device first, then at each app, and changes nothing on the disk", async () => {
  const { readings } = await examine(two());
  const order = [...new Set(readings.map((reading) => reading.app))];
  expect(order).toEqual([null, "kitchen", "garden"]);
  expect(readings.filter(({ ok }) => ok === "trouble")).toEqual([]);
  expect((await readdir(dir.path)).sort()).toEqual(["pawl.yaml", "releases"]);
});

test("every reading that isn't fine says what to do", async () => {
  const { readings } = await examine(two());
  for (const { ok, fix, title } of readings) expect(fix !== null || ok === "ok", title).toBe(true);
});

test("one app alone, when it is named", async () => {
  const { readings } = await examine(two(), { app: "garden" });
  expect(new Set(readings.map((reading) => reading.app))).toEqual(new Set([null, "garden"]));
  await expect(examine(two(), { app: "attic" })).rejects.toMatchObject({ code: "unknown_app" });
});

test("root becomes the API's user before it asks the source, and after it has looked where only root may", async () => {
  const did: string[] = [];
  await examine(two(), {
    run: async (argv) => {
      did.push(argv.join(" "));
      return { code: 0, signal: null, stdout: "", stderr: "", timedOut: false };
    },
    becomeApiUser: (stateDir) => {
      did.push(`become the user of ${stateDir}`);
    },
  });
  expect(did).toEqual(["true", "true", `become the user of ${dir.join("state")}`]);
});

test("a configuration that can't be used is a trouble by its line, and the rest is looked at all the same", async () => {
  const { config, readings } = await examine("state_dir: here\n");
  expect(config).toBeNull();
  const troubles = readings.filter(({ ok }) => ok === "trouble").map(({ id, title }) => `${id}: ${title}`);
  expect(troubles).toContainEqual(
    expect.stringMatching(/^config: .*pawl\.yaml:1:1: state_dir must be an absolute path/),
  );
  expect(readings.map(({ id }) => id)).toContain("clock");
});

test("an app without keys is told what that means, once", async () => {
  const text = two().replace("{ directory: { path: RELEASES } }", '{ http: { url: "http://127.0.0.1:1/" } }');
  const { readings } = await examine(text);
  const aboutKeys = readings.filter(({ app, title }) => app !== "garden" && title.includes("public_keys"));
  expect(aboutKeys.map(({ id, app, ok }) => [id, app, ok])).toEqual([["keys", "kitchen", "warning"]]);
});

test("a fault in what is looked at doesn't end the examination", async () => {
  const { readings } = await examine(two(), {
    facts: {
      fileSystemOf: async () => {
        throw new Error("the disk has gone");
      },
    },
  });
  expect(readings.filter(({ ok }) => ok === "trouble").map(({ id, detail }) => [id, detail])).toEqual([
    ["disk", "the disk has gone"],
  ]);
});
