import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../../error.ts";
import { readTextIfThere, writeFileDurably } from "../../../store/atomic-file.ts";
import { jsonOrNull } from "../../../store/record.ts";

/**
 * Notes in a folder of backups whose they are: by the app's record of what is installed. Two apps in one would remove
 * each other's. Throws UpdateError `config_invalid` when it is another app's.
 */
export async function claimFolder(dir: string, record: string): Promise<void> {
  const path = join(dir, ".pawl-app.json");
  const claim = jsonOrNull((await readTextIfThere(path)) ?? "") as { installed?: unknown } | null;
  if (claim?.installed === record) return;
  if (typeof claim?.installed === "string" && (await isThere(claim.installed))) {
    const message = `${dir} holds the backups of another app already. Give each app a folder of its own as backup_dir, below install.`;
    throw new UpdateError("config_invalid", message, { path: dir, detail: `It belongs to ${claim.installed}.` });
  }
  await writeFileDurably(path, `${JSON.stringify({ installed: record })}\n`);
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
