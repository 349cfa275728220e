import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { ServerError } from "../../error.ts";

/** @throws ServerError `database_failed` */
export async function makeStateFolder(stateDir: string): Promise<void> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o755 });
    await access(stateDir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw folderTrouble(stateDir, cause) ?? stateFolderError(stateDir, String(cause), cause);
  }
}

/** What an error of files means for the folder. Null for others, such as those of programs and sockets. */
export function folderTrouble(stateDir: string, cause: unknown): ServerError | null {
  if (!(cause instanceof Error && "code" in cause && "syscall" in cause)) return null;
  if (/^(spawn|connect|listen|bind)/.test(String(cause.syscall))) return null;
  const reason = FOLDER_TROUBLE[String(cause.code)];
  return reason === undefined ? null : stateFolderError(stateDir, reason, cause);
}

const FOLDER_TROUBLE: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  ENOSPC: "its disk is full",
  EDQUOT: "its disk is full",
  EROFS: "its disk can't be written to",
  EIO: "its disk has a fault",
};

function stateFolderError(stateDir: string, reason: string, cause: unknown): ServerError {
  const sentence = `The state folder ${stateDir} can't be used: ${reason}. ${remedy(reason)}`;
  return new ServerError("database_failed", sentence, { cause });
}

function remedy(reason: string): string {
  return reason === FOLDER_TROUBLE.ENOSPC
    ? "Make room there, or set state_dir to another folder."
    : "Set state_dir to another folder.";
}
