import { join } from "node:path";
import type { PipInstall } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { type InstalledDistribution, installedDistribution } from "../../../python/index.ts";
import { pythonOf } from "../../../python/where.ts";
import type { InstalledRecord, InstalledStore } from "../../../store/installed.ts";
import type { Run } from "../../../system/types.ts";
import type { Backup, InPlace, Installer } from "../../types.ts";
import type { User } from "../parts.ts";
import { treeIdentity, treeNames, treeRelease, treeWheels } from "./kept-trees.ts";
import { type Change, planChange, type TreeWheels } from "./plan-change.ts";

export interface LookParts {
  config: PipInstall;
  installed: Pick<InstalledStore, "load">;
  /** The folder of backups. */
  dir: string;
  /** The file that remembers where the Python's packages lie. */
  pythonCache: string;
  /** Absent: who looks starts no program, and goes by what was remembered of the Python. */
  run?: Run;
  /** Whose process it is that asks the Python; root's own never is. */
  user?: User | null;
}

/** What is in place and what one can go back to, for those who only look and start no program. */
export function inPlaceStanding(
  config: PipInstall,
  installed: InstalledStore,
  backupDir: string,
  pythonCache: string,
): Pick<Installer, "current" | "backups"> {
  const parts = { config, installed, dir: config.backup_dir ?? backupDir, pythonCache };
  return {
    current: async () => (await standing(parts)).inPlace,
    backups: () => backupsOf(parts),
  };
}

/** What stands in an environment. */
export interface Standing {
  /** What the environment itself says; null when the project isn't there. */
  found: InstalledDistribution | null;
  /** What counts as installed, where it is of this environment. */
  record: InstalledRecord | null;
  /** Null when nothing is there. */
  inPlace: InPlace | null;
}

/** Reads what stands in the environment: its own word counts, for others install into it too. */
export async function standing({ config, installed, dir, pythonCache, run, user }: LookParts): Promise<Standing> {
  const record = await ownRecord(installed, dir, config);
  const asking = { cachePath: pythonCache, ...(run && { run }), ...(user && { user }) };
  const looked = await installedDistribution(pythonOf(config), config.distribution, asking).then(
    (found) => ({ found }),
    (error) => {
      if (!run) throw error;
      return null;
    },
  );
  // Where Python can't be asked, the record is what is left.
  if (!looked) return { found: null, record, inPlace: record && asRecorded(record) };
  const { found } = looked;
  if (!found) return { found, record, inPlace: null };
  if (record && isSameRelease(record, found)) {
    return { found, record, inPlace: { ...asRecorded(record), commit: found.commit ?? record.commit ?? null } };
  }
  const { version } = found;
  const tree = `${version.slice(0, 120)}~found`;
  return { found, record, inPlace: { version, manifest_sha256: null, commit: found.commit, tree } };
}

/** The releases that are kept for this environment, and what putting each in place takes. Those that aren't whole are left out. */
export async function keptReleases(
  { config, dir }: LookParts,
  { record, inPlace }: Standing,
): Promise<Map<string, InPlace & { change: Change }>> {
  const wheels = new Map<string, TreeWheels>();
  const names = await treeNames(dir);
  for (const tree of names) wheels.set(tree, await treeWheels(dir, tree));
  const here = new Set([inPlace?.tree, record?.tree].flatMap((tree) => tree ?? []));
  const kept = new Map<string, InPlace & { change: Change }>();
  for (const tree of names) {
    const release = await treeRelease(dir, tree);
    const isOurs = release?.python === config.python && release.distribution === config.distribution;
    const identity = isOurs ? await treeIdentity(dir, tree) : null;
    const change = planChange(tree, here, wheels);
    if (identity && change) kept.set(tree, { ...identity, change });
  }
  return kept;
}

/** Earlier releases one can go back to, the nearest first. */
export async function backupsOf(parts: LookParts): Promise<Backup[]> {
  const now = await standing(parts);
  const kept = await keptReleases(parts, now);
  return (now.record?.earlier ?? []).flatMap((name) => {
    const found = name === now.inPlace?.tree ? undefined : kept.get(name);
    if (!found) return [];
    const { change: _, ...identity } = found;
    return { ...identity, path: join(parts.dir, name) };
  });
}

type OwnRecord = InstalledRecord & { tree: string };

/** The record, unless it is of something that was installed elsewhere. */
async function ownRecord(
  installed: LookParts["installed"],
  dir: string,
  { python, distribution }: PipInstall,
): Promise<OwnRecord | null> {
  const { version, tree, ...rest } = await installed.load();
  if (version === undefined || tree === undefined) return null;
  const release = await treeRelease(dir, tree);
  if (release && (release.python !== python || release.distribution !== distribution)) return null;
  return { manifest_sha256: null, channel: null, source: null, installed_at: null, ...rest, version, tree };
}

function asRecorded({ version, manifest_sha256, commit, tree }: InstalledRecord): InPlace {
  return { version, manifest_sha256, commit: commit ?? null, tree: tree ?? version };
}

function isSameRelease(record: InstalledRecord, found: InstalledDistribution): boolean {
  const isSameVersion =
    record.version === found.version || versionings.pep440.compare(record.version, found.version) === 0;
  return isSameVersion && (!record.commit || !found.commit || record.commit === found.commit);
}
