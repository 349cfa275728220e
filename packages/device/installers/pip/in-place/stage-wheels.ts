import { chmod, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { PipInstall, Sha256 } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { normalizedName } from "../../../python/names.ts";
import { writeFileDurably } from "../../../store/atomic-file.ts";
import { jsonOrNull } from "../../../store/record.ts";
import type { Run } from "../../../system/types.ts";
import { syncFileSystem } from "../../bundle/durable.ts";
import type { Report, Staging } from "../../types.ts";
import { buildWheelhouse, type Wheelhouse } from "../build.ts";
import { pipFailure } from "../failure.ts";
import { runPython } from "../python.ts";
import { removeBuild } from "../remove-build.ts";
import { checkRoom } from "../room.ts";
import type { Wheel } from "../wheel.ts";
import { commitsDirectUrl } from "./direct-url.ts";
import type { KeptFile } from "./kept-trees.ts";
import { byWhoseRights } from "./rights.ts";
import type { WheelTrees } from "./wheel-trees.ts";

export interface StageParts {
  config: PipInstall;
  run: Run;
  repository: { url: string } | null;
  trees: WheelTrees;
  /** Where the environment has its packages. */
  packages: string;
}

const RESOLVE_MS = 30 * 60_000;
const REPORT_BYTES = 16 * 1024 ** 2;

/**
 * Builds a release's wheels, asks pip which of them the environment takes, and keeps those as a tree that only lacks its
 * name. The environment isn't touched. Gives where it lies. Throws UpdateError as building does, and `pip_failed` for what
 * contradicts something that is installed, and as `checkRoom`.
 */
export async function stageWheels(
  staging: Staging,
  { config, run, repository, trees, packages }: StageParts,
  report: Report,
  signal: AbortSignal,
): Promise<string> {
  const { update, manifest, manifestBytes } = staging;
  const into = trees.staging(update.id);
  const files = join(into, "files");
  for (const folder of [into, files]) {
    await mkdir(folder);
    await chmod(folder, 0o755); // whatever the umask: the unprivileged side reads what the tree says of itself
  }
  const work = join(into, "work");
  const building = { staging, folder: work, against: config.python, rights: byWhoseRights() };
  const wheelhouse = await buildWheelhouse({ config, run }, building, report, signal);
  const wanted = await takenByEnvironment(wheelhouse, config, signal);
  await checkRoom(wanted, packages, manifest.version);
  const commit = manifest.commit ?? null;
  const ofProject = commit && repository ? commitsDirectUrl(repository.url, commit, update.channel) : null;
  const wheels: KeptFile[] = [];
  for (const wheel of wanted) {
    await rename(wheel.path, join(files, wheel.file));
    wheels.push(keptFile(wheel, wheel === wheelhouse.project ? ofProject : null));
  }
  report.line(`Installs ${wheels.map(({ name, version }) => `${name} ${version}`).join(", ")}`);
  await removeBuild(work);
  await writeFileDurably(join(into, "manifest.json"), manifestBytes);
  await trees.label(into);
  await trees.noteRelease(into, {
    python: config.python,
    distribution: config.distribution,
    commit,
    channel: update.channel,
    modules: config.imports.length > 0 ? config.imports : wheelhouse.project.modules,
    wheels,
  });
  await syncFileSystem(into, run, signal);
  return into;
}

/** pip's own word for which wheels the environment lacks: the project's always, and of the others those that differ. */
async function takenByEnvironment(
  { dir, project, wheels, builder }: Wheelhouse,
  config: PipInstall,
  signal: AbortSignal,
): Promise<Wheel[]> {
  // What it needs is there: the build has asked.
  if (wheels.length === 1) return wheels;
  const extras = config.extras.length > 0 ? `[${config.extras.join(",")}]` : "";
  const asked = wheels.map((wheel) => (wheel === project ? `${wheel.path}${extras}` : wheel.path));
  const flags = ["--dry-run", "--quiet", "--report", "-", "--no-index", "--find-links", dir, "--no-cache-dir"];
  const options = { signal, timeoutMs: RESOLVE_MS, outputBytes: REPORT_BYTES };
  const result = await runPython(builder, ["-m", "pip", "install", ...flags, ...asked], options);
  if (result.code !== 0) {
    const lines = result.stderr.trim().split("\n");
    throw pipFailure({ ...result, lines }, `install ${project.name} ${project.version} beside what is there`, config);
  }
  const answer = jsonOrNull(result.stdout) as { install?: { metadata?: { name?: string } }[] } | null;
  if (!Array.isArray(answer?.install)) {
    throw new UpdateError("pip_failed", "What pip said it would install can't be read.", {
      detail: result.stdout.slice(0, 1000) || null,
    });
  }
  const names = new Set(answer.install.map(({ metadata }) => normalizedName(metadata?.name ?? "")));
  return wheels.filter((wheel) => wheel === project || names.has(normalizedName(wheel.name)));
}

function keptFile({ name, version, file, sha256 }: Wheel, directUrl: string | null): KeptFile {
  return { name: normalizedName(name), version, file, sha256: sha256 as Sha256, directUrl };
}
