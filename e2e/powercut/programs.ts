import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Overrides } from "@pawl/device/compose";
import { HEALTH_COMMAND, type Place, SERVICE_COMMAND } from "./place.ts";

type Run = NonNullable<Overrides["run"]>;
type RunResult = Awaited<ReturnType<Run>>;

const FINE: RunResult = { code: 0, signal: null, stdout: "", stderr: "", timedOut: false };

/** What becomes of the k-th `sync -f` of a process, counted from 1. */
export interface SyncFate {
  /** The whole updater dies, not only the program it has started: that would be no power cut. */
  cut?: { call: number; moment: "before" | "after" };
  /** It says that the disk could not be written. */
  fails?: number;
  /** It says that all is well, and has done nothing. */
  isIdle?: boolean;
}

export interface ProgramsOptions {
  place: Place;
  /** The version that doesn't work when it is started. */
  broken?: string | null;
  sync?: SyncFate;
  onSync?: () => void;
}

/** The programs of the device: `sync` is the real one, the service and the question whether it works are made up. */
export function programs({ place, broken = null, sync = {}, onSync }: ProgramsOptions): Run {
  let syncs = 0;
  return async (argv) => {
    const [program, ...args] = argv;
    if (program === SERVICE_COMMAND) return FINE;
    if (program === HEALTH_COMMAND) return works(place, broken) ? FINE : { ...FINE, code: 1, stderr: "it is broken" };
    if (program !== "sync") throw new Error(`Nobody foresaw that ${argv.join(" ")} is run.`);
    syncs++;
    onSync?.();
    if (sync.cut?.call === syncs && sync.cut.moment === "before") die();
    if (sync.fails === syncs) return { ...FINE, code: 1, stderr: "sync: error syncing: Input/output error" };
    const result = sync.isIdle ? FINE : await runReally(program, args);
    if (sync.cut?.call === syncs && sync.cut.moment === "after") die();
    return result;
  };
}

/** As the power does: nothing after this line happens. */
export function die(): void {
  process.kill(process.pid, "SIGKILL");
}

function works(place: Place, broken: string | null): boolean {
  return broken === null || !readFileSync(join(place.web, "index.html"), "utf8").includes(`release ${broken}`);
}

function runReally(program: string, args: readonly string[]): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ ...FINE, code, signal, stderr }));
  });
}
