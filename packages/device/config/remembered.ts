import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "@pawl/protocol";
import { writeCacheFile } from "../store/atomic-file.ts";
import { devicePaths } from "../store/paths.ts";
import { jsonOrNull } from "../store/record.ts";
import { VERSION } from "../version.ts";
import type { Environment } from "./environment.ts";

export const DEFAULT_STATE_DIR = "/var/lib/pawl";

/** They say where the file is, who asks, and how much is logged; nothing that stands in it. */
const NO_SETTINGS = ["PAWL_CONFIG", "PAWL_TOKEN", "PAWL_LOG_LEVEL"];

/** A larger file is read the long way, in bytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * The configuration as it was understood the last time, for commands that have to be quick: no schema, no YAML. Null
 * when the file, a `PAWL_` variable or Pawl itself has changed since, or somebody else wrote the memory.
 */
export function recallConfig(path: string, env: Environment): Config | null {
  try {
    if (statSync(path).size > MAX_BYTES) return null;
    const text = readFileSync(path, "utf8");
    const memory = memoryPath(stateDirOf(text, env));
    const { uid } = statSync(memory);
    if (uid !== 0 && uid !== process.getuid?.()) return null;
    const value = jsonOrNull(readFileSync(memory, "utf8")) as { key?: unknown; config?: Config } | null;
    return value?.key === keyOf(path, text, env) && value.config ? value.config : null;
  } catch {
    return null;
  }
}

/** Remembers what a configuration file means. Whoever may not write there does without, and so does a device without a state folder yet. */
export async function rememberConfig(path: string, text: string, env: Environment, config: Config): Promise<void> {
  // Found again by a glance at the text; where that errs it must not leave files about.
  if (stateDirOf(text, env) !== config.state_dir) return;
  if (recallConfig(path, env)) return;
  try {
    const memory = memoryPath(config.state_dir);
    makeFolder(dirname(memory));
    // Root writes nothing where another user could have laid a link.
    if (process.geteuid?.() === 0 && statSync(dirname(memory)).uid !== 0) return;
    await writeCacheFile(memory, JSON.stringify({ key: keyOf(path, text, env), config }), modeFor(path, env));
  } catch {
    // The next command reads the file once more.
  }
}

function memoryPath(stateDir: string): string {
  return devicePaths(stateDir).config;
}

/** Below a state folder that is there. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o755);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** Where the state folder probably is. Being wrong costs time, nothing else: the key decides. */
function stateDirOf(text: string, env: Environment): string {
  const written = /^state_dir:[ \t]*(["']?)([^"'#\n]+)\1[ \t]*(#.*)?$/m.exec(text)?.[2]?.trim();
  return env.PAWL_STATE_DIR || written || DEFAULT_STATE_DIR;
}

/** An address may hold a password: the memory is for nobody who couldn't read the file, nor see the variables. */
function modeFor(path: string, env: Environment): number {
  return settingsIn(env).length > 0 ? 0o600 : statSync(path).mode & 0o644;
}

function keyOf(path: string, text: string, env: Environment): string {
  const all = JSON.stringify([VERSION, path, text, settingsIn(env).sort()]);
  return createHash("sha256").update(all).digest("hex");
}

function settingsIn(env: Environment): [name: string, value: string | undefined][] {
  return Object.entries(env).filter(([name]) => name.startsWith("PAWL_") && !NO_SETTINGS.includes(name));
}
