import type { Alias, Build, BuildResult, BuildStep } from "../../builds/types.ts";
import { withReason, wordFailure } from "./failure-words.ts";
import { pythonTime } from "./python-text.ts";

/** A build as the dialect tells it: contract asu-v1 §1.4. */
export interface BuildWords {
  status: 200 | 202 | 500;
  /** For `X-Imagebuilder-Status`: `queued`, `failed`, `done`, else a step. */
  state: string;
  /** Builds in front of it; 0 unless it waits. */
  position: number;
  body: Record<string, unknown>;
}

/** What make has printed, as far as it has come. */
export interface Output {
  stdout: string;
  stderr: string;
}

/** Every generation of clients knows these words; some crash on others. */
const STEPS: Readonly<Record<BuildStep, string>> = {
  start: "init",
  download: "download_imagebuilder",
  unpack: "unpack_imagebuilder",
  resolve: "calculate_packages_hash",
  assemble: "building_image",
  publish: "building_image",
};

/** Null for one that was withdrawn: then there is none. `output` is looked at once it runs. */
export function wordBuild(build: Build, alias: Pick<Alias, "hash" | "request">, output: Output): BuildWords | null {
  const always = {
    enqueued_at: pythonTime(build.enqueuedAt.getTime()),
    request_hash: alias.hash,
  };
  switch (build.state) {
    case "queued": {
      const position = build.position ?? 0;
      const body = { status: 202, detail: "queued", queue_position: position, ...always };
      return { status: 202, state: "queued", position, body };
    }
    case "running": {
      const state = STEPS[build.step ?? "start"];
      const ran = ranSoFar(build, alias, output);
      const body = { ...ran, detail: "started", imagebuilder_status: state, status: 202, ...always };
      return { status: 202, state, position: 0, body };
    }
    case "failed": {
      const ran = ranSoFar(build, alias, { ...output, stderr: withReason(output.stderr, build) });
      const body = { ...ran, detail: wordFailure(build), imagebuilder_status: "failed", status: 500, ...always };
      return { status: 500, state: "failed", position: 0, body };
    }
    case "done": {
      const result = build.result === null ? {} : resultFields(build, build.result, alias);
      const ran = ranSoFar(build, alias, output);
      const body = { ...ran, ...result, detail: "done", imagebuilder_status: "done", status: 200, ...always };
      return { status: 200, state: "done", position: 0, body };
    }
    case "withdrawn":
      return null;
    default:
      return build.state satisfies never;
  }
}

function ranSoFar(build: Build, alias: Pick<Alias, "hash" | "request">, { stdout, stderr }: Output) {
  const command = build.command === null ? {} : { build_cmd: build.command.map((arg) => asAskedFor(arg, alias.hash)) };
  return { request: alias.request, stdout, stderr, ...command };
}

/** Where files go is told by the name under which they were asked for. */
function asAskedFor(argument: string, hash: string): string {
  return argument.startsWith("BIN_DIR=") ? `BIN_DIR=/builder/${hash}` : argument;
}

/** The new profiles.json, with the one profile's part of it on top, as clients have read it from the beginning. */
function resultFields({ inputs }: Build, result: BuildResult, { hash }: Pick<Alias, "hash">): Record<string, unknown> {
  const { profiles: _, ...target } = result.target;
  return {
    ...target,
    ...result.profile,
    version_code: result.versionCode,
    version_number: result.versionNumber,
    source_date_epoch: result.sourceDateEpoch,
    images: result.images.map(({ name, sha256, sha256Unsigned, size, type, filesystem }) => ({
      name,
      sha256,
      ...(sha256Unsigned !== null && { sha256_unsigned: sha256Unsigned }),
      size,
      type,
      ...(filesystem !== null && { filesystem }),
    })),
    manifest: result.manifest,
    id: inputs.profile,
    bin_dir: hash,
    build_cmd_packages: result.packages,
    build_at: pythonTime(result.sourceDateEpoch * 1000),
  };
}
