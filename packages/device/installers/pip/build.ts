import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest, PipInstall, Update } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { isSameName, pretendVariables } from "../../python/names.ts";
import { asStepError } from "../bundle/step-error.ts";
import type { Report, Staging } from "../types.ts";
import { type BuilderParts, builderOf, ownCall } from "./builder.ts";
import { collectWheels } from "./collect.ts";
import { dependencies } from "./dependencies.ts";
import { indexesOf } from "./indexes.ts";
import { type Interpreter, interpreterFacts } from "./interpreter.ts";
import { pip } from "./pip.ts";
import { checkInterpreter, checkWorkshop, thisDevice, type Workshop } from "./preflight.ts";
import { dropNetrc, type PythonCall } from "./python.ts";
import { copyFor, unpackSource } from "./source-folder.ts";
import { checkName, checkProject, readWheels, type Wheel } from "./wheel.ts";

export interface WheelhouseParts extends BuilderParts {
  /** What the device has for building; asked of the device itself when absent. */
  workshop?: Workshop;
}

export interface Building {
  staging: Staging;
  /** Doesn't exist yet; the folder it lies in does, and everybody may pass through it. The caller removes it in the end. */
  folder: string;
  /** The Python of an environment whose distributions count as there already. Null: none are. */
  against: string | null;
  /** By whose rights it is going to be installed, for the log. */
  rights?: string;
}

/** Everything a release consists of, pre-built. */
export interface Wheelhouse {
  /** Holds the wheels and nothing else; ours. */
  dir: string;
  project: Wheel;
  /** The project's first, then what it needs. */
  wheels: Wheel[];
  interpreter: Interpreter;
  /** The configured Python, as whoever builds starts it: nothing of the project's runs as anybody else. */
  builder: PythonCall;
  /** The same as ourselves, in a scratch that is nobody else's. */
  own: PythonCall;
}

/**
 * Makes wheels of a verified bundle and of all that it needs, as an unprivileged user, and takes them over. Nothing that
 * runs is touched. Throws UpdateError as the steps do: `requires_unmet`, `bad_manifest`, `bad_version`, `hash_mismatch`,
 * `pip_failed`, `disk_full`, what `unpackBundle` throws, or the signal's reason.
 */
export async function buildWheelhouse(
  parts: WheelhouseParts,
  { staging, folder, against, rights }: Building,
  report: Report,
  signal: AbortSignal,
): Promise<Wheelhouse> {
  const { config, workshop = thisDevice } = parts;
  const { manifest, update } = staging;
  announce(config, update, manifest, { rights, report });
  try {
    await mkdir(folder);
    // Whatever the umask: whoever builds reads from here.
    await chmod(folder, 0o755);
    const scratch = join(folder, "build");
    const { env, netrc } = indexesOf(config);
    const builder = await builderOf(parts, scratch, netrc);
    const own = await ownCall(parts, join(folder, "own"));
    const interpreter = await interpreterFacts(builder, signal);
    checkInterpreter(interpreter, config);
    report.line(`Unpacking ${manifest.version} (${manifest.files.length} files)`);
    const source = await unpackSource(join(folder, "source"), staging, config.lock, report, signal);
    // Before anything of it is built: fault B22.
    if (source.facts.name !== null) checkName(source.facts.name, manifest, config);
    await checkWorkshop(source.toBuild, interpreter, workshop);

    const copy = join(scratch, "source");
    await copyFor(builder, source.path, copy, signal);
    const call = { ...builder, config, line: (text: string) => report.line(text) };
    const made = join(scratch, "project");
    const isolation = config.build_isolation ? [] : ["--no-build-isolation"];
    const wheel = ["wheel", "--no-deps", "--no-cache-dir", "--prefer-binary", ...isolation, "--wheel-dir", made, copy];
    report.advance({ share: 0.15 });
    const pretend = pretended([config.distribution, source.facts.name ?? config.distribution], manifest.version);
    await pip(call, wheel, {
      what: `build ${config.distribution} ${manifest.version}`,
      signal,
      env: { ...env, ...pretend },
    });
    report.advance({ share: 0.4 });

    const dir = join(folder, "wheels");
    const [built, ...more] = await collectWheels(made, dir, manifest.version, signal);
    const [project] = built && more.length === 0 ? await readWheels(own, [built], signal) : [];
    if (!project) throw new UpdateError("pip_failed", "pip has not made one wheel of the project.");
    checkProject(project, manifest, config);

    const fetched = join(scratch, "wheels");
    await dependencies(call, { project, against, lock: source.lock, into: fetched, env }, report, signal);
    await dropNetrc(builder, signal);
    const needed = await readWheels(own, await collectWheels(fetched, dir, manifest.version, signal), signal);
    report.advance({ share: 0.7 });
    const same = needed.find(({ name }) => isSameName(name, project.name));
    if (same)
      throw new UpdateError(
        "bad_manifest",
        `What it needs brings ${same.name} ${same.version}, which is what it calls itself.`,
      );
    return { dir, project, wheels: [project, ...needed], interpreter, builder, own };
  } catch (error) {
    signal.throwIfAborted();
    // Not pip's own word: nothing says that the project is to blame.
    throw asStepError(error, "unpack_failed", `${manifest.version} could not be built.`);
  }
}

/** In the words that earlier dashboards look for, and in their order. */
function announce(
  { distribution, extras }: PipInstall,
  { channel }: Update,
  { version, commit }: Manifest,
  { rights, report }: { rights: string | undefined; report: Report },
): void {
  report.line(`Installing from channel '${channel}'…`);
  if (rights !== undefined) report.line(rights);
  const with_ = extras.length > 0 ? `[${extras.join(",")}]` : "";
  report.line(`Target: ${distribution}${with_} ${version}${commit ? ` (${commit.slice(0, 7)})` : ""}`);
}

/** Fault B8: only this distribution's version is fixed; what it needs may be built by setuptools_scm, too. */
function pretended(names: readonly string[], version: string): Record<string, string> {
  return Object.fromEntries(names.flatMap(pretendVariables).map((name) => [name, version]));
}
