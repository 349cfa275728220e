import type { Sandbox } from "../../worker/sandbox/types.ts";
import { BuildError, type BuilderTools, type BuildLimits } from "../types.ts";
import { Transcript } from "./transcript.ts";

/** A make that has ended by itself. */
export interface MakeRun {
  /** 2 for any failure; what failed is only in the text (imagebuilder §3). Null when a signal ended it. */
  code: number | null;
  stdout: readonly string[];
  stderr: readonly string[];
}

export interface MakeOptions {
  tools: Pick<BuilderTools, "log" | "signal">;
  limits: BuildLimits;
  /** An address inside the sandbox, as it is known outside. */
  outside(line: string): string;
}

/**
 * Runs make in a sandbox, every line of it into the log.
 * @throws BuildError limit_exceeded; the signal's reason when it is aborted
 */
export async function runMake(
  sandbox: Pick<Sandbox, "run">,
  args: readonly string[],
  { tools, limits, outside }: MakeOptions,
): Promise<MakeRun> {
  const streams = { stdout: new Transcript(), stderr: new Transcript() };
  const ended = await sandbox.run(["make", ...args], {
    signal: tools.signal,
    onLine(stream, line) {
      const text = outside(line);
      streams[stream].add(text);
      tools.log(stream, text);
    },
  });
  if (ended.stoppedBy === "aborted") tools.signal.throwIfAborted();
  if (ended.stoppedBy !== null) throw limitExceeded(ended.stoppedBy, limits);
  return { code: ended.code, stdout: streams.stdout.lines, stderr: streams.stderr.lines };
}

type Stop = "time" | "memory" | "disk" | "processes" | "log" | "aborted";

function limitExceeded(stop: Stop, limits: BuildLimits): BuildError {
  const detail = sentenceOf(stop, limits);
  return new BuildError("limit_exceeded", detail, { culprits: [{ kind: "machine", name: stop, with: [], detail }] });
}

function sentenceOf(stop: Stop, limits: BuildLimits): string {
  switch (stop) {
    case "time":
      return `The build took longer than the ${duration(limits.timeMs)} it may take.`;
    case "memory":
      return `The build needed more than the ${size(limits.memoryBytes)} of memory it may have.`;
    case "disk":
      return `The build needed more than the ${size(limits.diskBytes)} of disk it may have.`;
    case "processes":
      return `The build started more than the ${limits.processes} processes it may have.`;
    case "log":
      return `The build printed far more than the ${size(limits.logBytes)} that are kept.`;
    case "aborted":
      return "The build was stopped.";
    default:
      return stop satisfies never;
  }
}

function duration(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.max(1, Math.round(ms / 1000))} s`;
}

/** Bytes for a sentence: `12.4 MiB`. */
export function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  const mb = bytes / (1024 * 1024);
  return mb < 1024 ? `${Number(mb.toFixed(mb < 100 ? 1 : 0))} MiB` : `${Number((mb / 1024).toFixed(1))} GiB`;
}
