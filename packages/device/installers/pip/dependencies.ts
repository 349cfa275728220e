import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UpdateError } from "../../error.ts";
import { jsonOrNull } from "../../store/record.ts";
import type { Report } from "../types.ts";
import type { LockFile } from "./lock-file.ts";
import { type PipCall, pip } from "./pip.ts";
import { SHORT_MS } from "./python.ts";
import type { Wheel } from "./wheel.ts";

export interface Wanted {
  project: Wheel;
  /** As `Building` has it. */
  against: string | null;
  lock: LockFile | null;
  /** A folder of the build user's, which pip makes. */
  into: string;
  /** Where to look. */
  env: Record<string, string>;
}

/** A report of a large application has some megabytes. */
const MOST_REPORT_BYTES = 32 * 1024 * 1024;

/**
 * Fetches or builds wheels of everything a project needs, pre-built ones first. With a lock file exactly what that lists,
 * and nothing whose hash is another.
 */
export async function dependencies(call: PipCall, wanted: Wanted, report: Report, signal: AbortSignal): Promise<void> {
  const { config } = call;
  const { project, against, lock, into, env } = wanted;
  const what = `fetch what ${project.name} ${project.version} needs`;
  const isolation = config.build_isolation ? [] : ["--no-build-isolation"];
  const wheels = ["wheel", "--prefer-binary", ...isolation, "--wheel-dir", into];
  const constraints = config.constraints === undefined ? [] : ["--constraint", config.constraints];
  const lists = join(into, "..", "..");
  if (lock) {
    for (const line of lock.ignored) report.line(`Not taken from ${lock.path}: ${withoutValue(line)}`, "warn");
    const list = await writeList(join(lists, "lock.txt"), lock.text);
    return pip(call, [...wheels, "--no-cache-dir", "--require-hashes", "--requirement", list], { what, signal, env });
  }
  if (!project.needsMore) return;
  const list = await writeList(join(lists, "wanted.txt"), requirement(project, config.extras));
  if (against === null)
    return pip(call, [...wheels, "--no-cache-dir", ...constraints, "--requirement", list], { what, signal, env });

  // What is fetched to find out what is missing is not fetched again: with a cache.
  const found = join(into, "..", "missing.json");
  const install = ["install", "--dry-run", "--report", found, "--prefer-binary", ...isolation, ...constraints];
  await pip(call, ["--python", against, ...install, "--requirement", list], { what, signal, env });
  const missing = missingIn(await readAs(call, found, signal), project);
  if (missing.length === 0) return;
  const exact = await writeList(join(lists, "missing.txt"), missing.join("\n"));
  await pip(call, [...wheels, "--no-deps", "--requirement", exact], { what, signal, env });
}

/** `kettle[gpio] @ file:///…`: this very wheel, and what these extras of it need. */
function requirement({ name, path }: Wheel, extras: readonly string[]): string {
  return `${name}${extras.length > 0 ? `[${extras.join(",")}]` : ""} @ ${pathToFileURL(path).href}`;
}

/** What an installation report says is not there yet, as requirements (pip's "Installation Report", version 1). Pure. */
export function missingIn(report: string, project: Pick<Wheel, "name" | "path">): string[] {
  const items = field(jsonOrNull(report), "install");
  if (!Array.isArray(items)) throw new UpdateError("pip_failed", "pip's report of what is missing can't be read.");
  const own = pathToFileURL(project.path).href;
  return items.flatMap((item) => {
    const [metadata, from] = [field(item, "metadata"), field(item, "download_info")];
    const [name, version, url] = [field(metadata, "name"), field(metadata, "version"), field(from, "url")];
    if (url === own) return [];
    if (typeof name !== "string" || typeof version !== "string") return [];
    const vcs = field(from, "vcs_info");
    if (field(item, "is_direct") !== true || typeof url !== "string") return [`${name}==${version}`];
    return [`${name} @ ${vcs ? `${field(vcs, "vcs")}+${url}@${field(vcs, "commit_id")}` : url}`];
  });
}

/** A file of the build user's is read by that user: its name may lead anywhere. */
async function readAs({ run, scratch, user }: PipCall, path: string, signal: AbortSignal): Promise<string> {
  const options = { timeoutMs: SHORT_MS, signal, cwd: scratch, outputBytes: MOST_REPORT_BYTES, ...(user && { user }) };
  return (await run(["cat", path], options)).stdout;
}

/** Ours: whoever builds only reads it. */
async function writeList(path: string, text: string): Promise<string> {
  await writeFile(path, `${text}\n`, { mode: 0o644, flag: "wx" });
  return path;
}

/** Of an option's value nothing is shown: there may be a password in it. */
function withoutValue(line: string): string {
  return line.split(/[\s=]/, 1)[0] ?? line;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
