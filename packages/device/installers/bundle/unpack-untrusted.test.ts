import { readdir } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { HOSTILE_FILES } from "../../testing/hostile-files.ts";
import { inProcess, PRINT_CODE } from "../../testing/in-process.ts";
import { listedFile, manifestOf } from "./tar-fixture.ts";

test.each(HOSTILE_FILES)("refuses %s as its bundle", async (_, make) => {
  await using dir = await TempDir.create();
  await make(dir.join("bundle"));
  const manifest = manifestOf(Buffer.from("bundle"), [listedFile("app/data.txt", "data")]);
  const script = `
    ${PRINT_CODE}
    printCode(unpackBundle({
      bundlePath: ${JSON.stringify(dir.join("bundle"))},
      manifest: ${JSON.stringify(manifest)},
      manifestBytes: Buffer.from("{}"),
      into: ${JSON.stringify(dir.join("staging"))},
      signal: new AbortController().signal,
    }));
  `;
  expect(await inProcess({ unpackBundle: "installers/bundle/unpack.ts" }, script)).toBe("state_damaged");
  expect(await readdir(dir.join("staging", "app"))).toEqual([]);
});
