import { chmod, mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { run } from "../system/run.ts";
import { inShort, PATIENT } from "./doctor-fixture.ts";
import { assessNode, lookAtRootsNode } from "./node-version.ts";

test.each([
  ["18.19.0", "ok"],
  ["24.1.0", "ok"],
  ["18.18.2", "trouble"],
  ["16.20.0", "trouble"],
])("Node %s: %s", (version, expected) => {
  expect(assessNode(version)).toMatchObject({ ok: expected });
});

test("the Node of root's side is looked for where root's programs are, and its troubles come with what to install", async () => {
  await using dir = await TempDir.create();
  await chmod(dir.path, 0o755);
  const ground = { root: dir.path, run, uid: 0, self: "" };
  expect(await lookAtRootsNode(ground, PATIENT)).toMatchObject([
    {
      ok: "trouble",
      title: expect.stringContaining("There is no node in /usr/local/sbin"),
      fix: expect.stringMatching(/^Install Node/),
    },
  ]);
  await mkdir(dir.join("usr", "bin"), { recursive: true });
  await writeFile(dir.join("usr", "bin", "node"), "#!/bin/sh\necho v16.0.0\n", { mode: 0o755 });
  expect(inShort(await lookAtRootsNode(ground, PATIENT))).toEqual([expect.stringMatching(/^trouble: .*Node 16\.0\.0/)]);
  await writeFile(dir.join("usr", "bin", "node"), "#!/bin/sh\necho v22.1.0\n");
  if (process.getuid?.() !== 0) return;
  expect(inShort(await lookAtRootsNode(ground, PATIENT))).toEqual([
    "ok: Root's side runs on Node 22.1.0 (/usr/bin/node)",
  ]);
});
