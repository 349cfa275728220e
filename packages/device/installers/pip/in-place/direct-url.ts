import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Commit } from "@pawl/protocol";
import { readTextIfThere, writeFileWhole } from "../../../store/atomic-file.ts";

/** What pip would have noted of a commit it had fetched itself (PEP 610), with the branch as it was asked for. */
export function commitsDirectUrl(repository: string, commit: Commit, channel: string): string {
  const vcs_info = { vcs: "git", commit_id: commit, requested_revision: channel };
  return JSON.stringify({ url: repository, vcs_info });
}

/**
 * Writes, or removes, a distribution's `direct_url.json`: pip notes there which file of ours it installed. RECORD lists it,
 * for it goes with the rest. Not yet durable. May run twice.
 */
export async function noteDirectUrl(info: string, text: string | null): Promise<void> {
  const path = join(info, "direct_url.json");
  if ((await readTextIfThere(path)) === text) return;
  if (text === null) await rm(path, { force: true });
  else await writeFileWhole(path, text);
  const record = join(info, "RECORD");
  const name = `${basename(info)}/direct_url.json`;
  const lines = (await readFile(record, "utf8"))
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith(`${name},`));
  if (text !== null) lines.push(`${name},sha256=${sha256Base64(text)},${Buffer.byteLength(text)}`);
  await writeFileWhole(record, `${lines.join("\n")}\n`);
}

function sha256Base64(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
