import { machine, totalmem } from "node:os";
import { readTextIfThere } from "../store/atomic-file.ts";
import type { Run } from "../system/types.ts";
import { VERSION } from "../version.ts";
import { fileSystemOf } from "./file-system.ts";
import type { Memory } from "./memory.ts";
import type { Platform } from "./requires.ts";
import type { FileSystem } from "./space.ts";

const PYTHON_LIMIT_MS = 10_000;

/** os-release(5): the first that is there counts. */
const OS_RELEASE = ["/etc/os-release", "/usr/lib/os-release"] as const;

/** What the checks want to know of the device. */
export interface Facts {
  /** Null when this user may not look there. */
  fileSystemOf(path: string): Promise<FileSystem | null>;
  memory(): Promise<Memory>;
  platform(): Promise<Platform>;
  /** The version of `python3`; null when it isn't there. */
  python(signal: AbortSignal): Promise<string | null>;
}

/** The device's own word for it. */
export function systemFacts(run: Run): Facts {
  return {
    fileSystemOf,
    memory: async () => ({ totalBytes: totalmem(), availableBytes: availableIn(await read("/proc/meminfo")) }),
    platform: async () => ({
      pawl: VERSION,
      node: process.versions.node,
      os: [process.platform, ...namesIn((await read(OS_RELEASE[0])) ?? (await read(OS_RELEASE[1])))],
      arch: process.arch,
      machine: machine(),
    }),
    python: async (signal) => {
      const { stdout } = await run(["python3", "--version"], { timeoutMs: PYTHON_LIMIT_MS, signal });
      return /^Python (\S+)/.exec(stdout)?.[1] ?? null;
    },
  };
}

/** `MemAvailable` of proc_meminfo(5), in bytes. */
export function availableIn(meminfo: string | null): number | null {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo ?? "")?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** ID and ID_LIKE of os-release(5), in this order. */
export function namesIn(osRelease: string | null): string[] {
  const value = (key: string) =>
    new RegExp(`^${key}=["']?([^"'\\n]*)`, "m").exec(osRelease ?? "")?.[1]?.toLowerCase() ?? "";
  return `${value("ID")} ${value("ID_LIKE")}`.split(/\s+/).filter((name) => name !== "");
}

/** Without /proc, or without the right to read, one does without. */
function read(path: string): Promise<string | null> {
  return readTextIfThere(path).catch(() => null);
}
