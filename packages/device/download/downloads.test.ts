import { mkdir, rm, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { sha256Of } from "@pawl/trust";
import { expect, test } from "vitest";
import { HOSTILE_FILES } from "../testing/hostile-files.ts";
import { inProcess, PRINT_CODE } from "../testing/in-process.ts";
import { readFetched } from "./downloads.ts";

const bundle = { name: "app.tar", size: 1, sha256: "d".repeat(64), unpacked_size: 1 };
const MANIFEST = JSON.stringify({ version: "1.1.0", bundle, files: [] });
const RELEASE = { version: "1.1.0", manifest_sha256: sha256Of(Buffer.from(MANIFEST)), bundle_sha256: null };

async function downloads(dir: TempDir): Promise<string> {
  await mkdir(dir.join("downloads"));
  await writeFile(dir.join("downloads", "manifest.json"), MANIFEST);
  return dir.join("downloads");
}

test("reads the manifest of the release that was asked for", async () => {
  await using dir = await TempDir.create();
  const { manifest } = await readFetched(await downloads(dir), RELEASE, []);
  expect(manifest.version).toBe("1.1.0");
});

test("a download that is gone says so", async () => {
  await using dir = await TempDir.create();
  await expect(readFetched(dir.join("none"), RELEASE, [])).rejects.toMatchObject({ code: "not_found" });
});

test.each(
  ["manifest.json", "manifest.json.sig"].flatMap((file) =>
    HOSTILE_FILES.map(([name, make]) => [name, file, make] as const),
  ),
)("refuses %s as %s", async (_, file, make) => {
  await using dir = await TempDir.create();
  const folder = await downloads(dir);
  await rm(`${folder}/${file}`, { force: true });
  await make(`${folder}/${file}`);
  const script = `${PRINT_CODE} printCode(readFetched(${JSON.stringify(folder)}, ${JSON.stringify(RELEASE)}, []));`;
  expect(await inProcess({ readFetched: "download/downloads.ts" }, script)).toBe("state_damaged");
});
