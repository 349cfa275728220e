import { open } from "node:fs/promises";
import { ServerError } from "../error.ts";
import type { Environment } from "./environment.ts";

/** Where the file is looked for when nobody says where it is, in this order. */
export const USUAL_PLACES = ["pawl-server.yaml", "/etc/pawl/pawl-server.yaml"] as const;

/** A configuration larger than this is refused, in bytes. */
const MAX_BYTES = 1024 * 1024;

export interface ConfigText {
  path: string;
  text: string;
}

/**
 * The configuration file: the one that was named (by `--config`, else by `PAWL_CONFIG`), else the first that is there.
 * Null when there is none, which is all right: every setting has a default.
 * @throws ServerError `config_invalid` when a named one isn't there, or one that is can't be read.
 */
export async function findConfig(
  named: string | undefined,
  env: Environment,
  places: readonly string[] = USUAL_PLACES,
): Promise<ConfigText | null> {
  const path = named || env.PAWL_CONFIG;
  if (path) {
    const text = await readBounded(path);
    if (text !== null) return { path, text };
    const sentence = `There is no configuration at ${path}. Write one there, or leave --config and PAWL_CONFIG out: all settings have defaults.`;
    throw new ServerError("config_invalid", sentence);
  }
  for (const place of places) {
    const text = await readBounded(place);
    if (text !== null) return { path: place, text };
  }
  return null;
}

/** Null when it isn't there. */
async function readBounded(path: string): Promise<string | null> {
  try {
    await using file = await open(path, "r");
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      if (bytesRead === 0) return buffer.toString("utf8", 0, length);
      length += bytesRead;
      if (length > MAX_BYTES) throw new ServerError("config_invalid", `${path} is larger than 1 MB.`);
    }
  } catch (error) {
    if (error instanceof ServerError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new ServerError("config_invalid", unreadable(path, code, error), { cause: error });
  }
}

function unreadable(path: string, code: unknown, error: unknown): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `Pawl isn't allowed to read ${path}. Run it as a user who may, or change the file's permissions.`;
    case "EISDIR":
      return `${path} is a folder; the configuration must be a file.`;
    default:
      return `${path} can't be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
