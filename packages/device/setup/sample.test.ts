import { writeFile } from "node:fs/promises";
import { Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { CONFIG_SHAPE } from "../config/schema.ts";
import { checkConfig, describeProblem } from "../config.ts";
import { SAMPLE } from "./sample.ts";

/** With every setting switched on: a comment begins with "# ". */
const SWITCHED_ON = SAMPLE.replaceAll(/^#(?=\S|\s{2})/gm, "");

async function check(text: string) {
  await using dir = await TempDir.create();
  await writeFile(dir.join("pawl.yaml"), text);
  const { config, problems } = await checkConfig({ path: dir.join("pawl.yaml"), env: {} });
  return { config, problems: problems.map((problem) => describeProblem(problem).replace(dir.path, "")) };
}

test("the sample with its settings switched on is a valid configuration, without a warning", async () => {
  const { config, problems } = await check(SWITCHED_ON);
  expect(problems).toEqual([]);
  expect(Object.keys(config?.apps ?? {})).toEqual(["dashboard"]);
});

test("as it is, it names no app, and is refused for just that", async () => {
  const { config, problems } = await check(SAMPLE);
  expect(config).toBeNull();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("apps");
});

test("what it shows for the device itself is what counts without it", async () => {
  const { config } = await check(SWITCHED_ON);
  if (config === null) throw new Error("it is no configuration");
  const { apps: _, ...device } = config;
  const { apps: __, ...usual } = Config.parse({
    apps: { a: { source: { directory: { path: "/a" } }, install: { bundle: { home: "/b" } } } },
  });
  expect(device).toEqual(usual);
});

test("every key that there is stands in it", () => {
  const keys = [...CONFIG_SHAPE.settingsBelow([]), ...CONFIG_SHAPE.settingsBelow(["apps", "dashboard"])].map(
    ({ path }) => String(path.at(-1)),
  );
  expect(keys.length).toBeGreaterThan(30);
  const unnamed = [...new Set(keys)].filter((key) => !new RegExp(`\\b${key}\\b`).test(SAMPLE));
  expect(unnamed).toEqual([]);
});

test("its lines fit on a screen", () => {
  expect(SAMPLE.split("\n").filter((line) => line.length > 130)).toEqual([]);
});
