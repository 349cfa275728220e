import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PipInstall } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { UpdateError } from "../../../error.ts";
import { ensureFolder, isMissing } from "../../../store/atomic-file.ts";
import { jsonOrNull } from "../../../store/record.ts";
import type { Run } from "../../../system/types.ts";
import { pip } from "../pip.ts";
import { makeScratch, type PythonCall, runPython } from "../python.ts";
import { CLEAR } from "./clear-program.ts";
import type { KeptFile } from "./kept-trees.ts";
import { LOCKED } from "./locked-program.ts";
import { PACK } from "./pack-program.ts";
import { SURVEY } from "./survey-program.ts";

/** A distribution in an environment, by its metadata. */
export interface Found {
  /** Normalised. */
  name: string;
  version: string;
  /** Its `.dist-info` folder. */
  path: string;
  /** Whether it lists its files: what doesn't can't be packed. */
  recorded: boolean;
  /** When it was put there, in seconds since 1970. */
  changed: number;
}

/** What is in an environment. */
export interface Survey {
  /** Of its pip; null when it has none. */
  pip: string | null;
  /** Where packages lie, where programs do, and below what everything else. */
  libs: string[];
  scripts: string;
  data: string;
  installed: Found[];
  /** Metadata folders that say nothing. */
  damaged: { name: string; path: string }[];
  /** What was installed in ways that list no files. */
  old: { name: string; path: string }[];
  /** What a pip that was killed has left. */
  leftovers: string[];
}

/** What is to go. */
export interface Clearing {
  names: readonly string[];
  /** What of these lies there goes too, recorded or not. */
  wheels: readonly string[];
  /** Metadata folders that stay. */
  keep: readonly string[];
  /** Only what was left behind goes: `~…` folders, and stale metadata. */
  remains: boolean;
}

export type Packed = KeptFile & { edited: string[]; missing: string[] };

/** How long another of ours may still be at work, in seconds. It has lost whoever waited for it, and soon ends. */
const PATIENCE_S = 20;
const SURVEY_MS = 2 * 60_000;
/** Of packing and clearing: a slow card writes 5 MB/s. */
const WORK_MS = 30 * 60_000;
const ANSWER_BYTES = 16 * 1024 ** 2;

export interface EnvironmentParts {
  run: Run;
  config: PipInstall;
  /** A folder for the programs, with nothing in it that anybody needs. */
  scratch: string;
  /** The file by whose lock one of ours at a time works on the environment. */
  lock: string;
}

/** The Python environment that releases are installed into. What changes it is started one after the other, ever. */
export class Environment {
  readonly #parts: EnvironmentParts;
  #pip: string | null = null;

  constructor(parts: EnvironmentParts) {
    this.#parts = parts;
  }

  get python(): string {
    return this.#parts.config.python;
  }

  /** Throws UpdateError `requires_unmet` when its Python can't say. */
  async survey(signal: AbortSignal): Promise<Survey> {
    const answer = (await this.#ask(SURVEY, {}, SURVEY_MS, signal)) as Survey;
    if (!Array.isArray(answer.installed)) throw unasked(this.python, "its answer can't be read");
    this.#pip = answer.pip;
    return answer;
  }

  /** Makes wheels of distributions in a folder. Throws UpdateError `backup_failed` for what can't be one. */
  async pack(infos: readonly string[], into: string, signal: AbortSignal): Promise<Packed[]> {
    const answer = (await this.#ask(PACK, { infos, into }, WORK_MS, signal)) as { wheels?: Packed[]; refused?: string };
    if (answer.wheels) return answer.wheels;
    const message = `What is installed can't be backed up: ${answer.refused}. Install it once more with pip, or remove it, and try again.`;
    throw new UpdateError("backup_failed", message);
  }

  /** Removes distributions, or what is left of them. Gives what it removed whole folders of. */
  async clear(clearing: Clearing, signal: AbortSignal): Promise<string[]> {
    const { gone } = (await this.#ask(CLEAR, clearing, WORK_MS, signal)) as { gone: string[] };
    return gone;
  }

  /**
   * Installs exactly these wheels, without any index and nothing they need, with the flags that the earlier updater gave.
   * Throws UpdateError `pip_failed`, `disk_full`.
   */
  async install(wheels: readonly string[], line: (text: string) => void, signal: AbortSignal): Promise<void> {
    if (wheels.length === 0) return;
    this.#pip ??= (await this.survey(signal)).pip;
    const flags = [
      ...(knowsBreak(this.#pip) ? ["--break-system-packages"] : []),
      "--no-cache-dir",
      "--force-reinstall",
      "--no-index",
      "--no-deps",
      "--no-warn-script-location",
    ];
    const what = "install the release";
    await this.#within((call) =>
      pip({ ...call, config: this.#parts.config, line }, ["install", ...flags, ...wheels], { what, signal }),
    );
  }

  /** Works as the only one of ours, in a scratch folder that stays: on a full disk none could be made to go back in. */
  async #within<T>(work: (call: PythonCall) => Promise<T>): Promise<T> {
    const { scratch, lock, run } = this.#parts;
    await emptied(scratch);
    const locked: Run = ([python = "", ...args], options) =>
      run([python, "-I", "-c", LOCKED, lock, String(PATIENCE_S), ...args.slice(2)], options);
    return work({ run: locked, python: this.python, scratch, user: null });
  }

  async #ask(program: string, question: unknown, timeoutMs: number, signal: AbortSignal): Promise<unknown> {
    return this.#within(async (call) => {
      const input = JSON.stringify(question);
      const asking: Run = (argv, options) => call.run(argv, { ...options, input });
      const options = { signal, timeoutMs, outputBytes: ANSWER_BYTES };
      const result = await runPython({ ...call, run: asking }, ["-c", program], options);
      const answer = jsonOrNull(result.stdout);
      if (result.code === 0 && answer !== null && typeof answer === "object") return answer;
      throw unasked(
        this.python,
        result.stderr.trim().split("\n").at(-1) || `it ended with ${result.code ?? result.signal}`,
      );
    });
  }
}

/** `--break-system-packages` came with 23.0.1; an older pip takes it for a mistake, and needs it not. Pure. */
export function knowsBreak(pip: string | null): boolean {
  return pip !== null && (versionings.pep440.compare(pip, "23.0.1") ?? -1) >= 0;
}

/** What one that was killed has left goes; the folders stay. */
async function emptied(scratch: string): Promise<void> {
  const temporary = join(scratch, "tmp");
  const left = await readdir(temporary).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (left !== null) {
    for (const name of left) await rm(join(temporary, name), { recursive: true, force: true });
    return;
  }
  await rm(scratch, { recursive: true, force: true });
  await ensureFolder(dirname(scratch));
  await makeScratch(scratch, null);
}

function unasked(python: string, detail: string): UpdateError {
  const message = `${python} could not do its part. Make sure that it works and has pip: sudo apt install python3 python3-pip`;
  return new UpdateError("requires_unmet", message, { path: python, detail });
}
