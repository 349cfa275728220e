import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { MIRROR_KEYS, type MirrorServer } from "@pawl/testkit";
import type { BuildRecipe } from "../../../types.ts";

const exec = promisify(execFile);

/** What makes a folder look like an ImageBuilder. */
export const LEAST: Readonly<Record<string, string>> = {
  Makefile: "all:\n",
  "repositories.conf": "src/gz a https://x\n",
};

/** An archive of a folder with these files, by the system's own programs; `more` does what files can't say. */
export async function archiveOf(
  dir: string,
  files: Readonly<Record<string, string>>,
  more: (top: string) => Promise<unknown> = async () => undefined,
): Promise<Buffer> {
  const top = join(dir, "ib");
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(top, path)), { recursive: true });
    await writeFile(join(top, path), content);
  }
  await more(top);
  await exec("tar", ["--zstd", "-cf", join(dir, "ib.tar.zst"), "-C", dir, "ib"]);
  return readFile(join(dir, "ib.tar.zst"));
}

/** Puts an archive, and signed sums that name it, into the folder of a recipe's target. Returns the archive's path. */
export function publish(
  mirror: MirrorServer,
  recipe: BuildRecipe,
  archive: Uint8Array,
  named: Uint8Array = archive,
): string {
  const target = recipe.inputs.target.replace("/", "-");
  const name = `openwrt-imagebuilder-${recipe.inputs.version}-${target}.Linux-x86_64.tar.zst`;
  const sums = `${createHash("sha256").update(named).digest("hex")} *${name}\n`;
  mirror.put(`${recipe.targetPath}/sha256sums`, sums);
  mirror.put(`${recipe.targetPath}/sha256sums.sig`, MIRROR_KEYS.usign.sign(Buffer.from(sums)));
  mirror.put(`${recipe.targetPath}/${name}`, archive);
  return `${recipe.targetPath}/${name}`;
}
