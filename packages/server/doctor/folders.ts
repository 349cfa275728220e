import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import type { ServerConfig } from "../config/schema.ts";
import type { Surroundings } from "./surroundings.ts";

interface Place {
  /** As in pawl-server.yaml. */
  key: string;
  path: string;
  /** All that is to be kept in it, in bytes. */
  budget: number;
}

interface There extends Place {
  owner: number;
  mode: number;
  device: number;
}

/** Less free than that is as good as full, in bytes. */
const LEAST = 256 * 1024 * 1024;

/** Whether the folders that a server writes to are there, are its own, and have room. */
export async function lookAtFolders(config: ServerConfig, { uid }: Pick<Surroundings, "uid">): Promise<Finding[]> {
  const findings: Finding[] = [];
  const there: There[] = [];
  for (const place of placesOf(config)) {
    const found = await stat(place.path).catch((error: NodeJS.ErrnoException) => error.code ?? "");
    if (typeof found === "string") findings.push(absent(place, found));
    else if (!found.isDirectory()) findings.push(trouble(`${place.key}: ${place.path} is no folder`, `Move it away`));
    else there.push({ ...place, owner: found.uid, mode: found.mode & 0o7777, device: found.dev });
  }
  const [state] = there;
  for (const place of there) {
    const bad = (state && assessRights(place, state)) ?? (await notWritable(place, uid));
    if (bad) findings.push(bad);
  }
  for (const own of Map.groupBy(there, ({ device }) => device).values()) {
    const [{ path } = { path: "/" }] = own;
    const { bavail, blocks, bsize } = await statfs(path);
    findings.push(...assessRoom(own, { free: bavail * bsize, total: blocks * bsize, path }, mostAtOnce(config)));
  }
  return findings;
}

function placesOf({ state_dir, store_dir, cache_dir, store, worker }: ServerConfig): Place[] {
  const caches = worker.embedded ? worker.imagebuilder_cache + worker.package_cache : 0;
  return [
    { key: "state_dir", path: state_dir, budget: 0 },
    ...(store.s3 === null
      ? [{ key: "store_dir", path: store_dir ?? join(state_dir, "store"), budget: store.budget }]
      : []),
    { key: "cache_dir", path: cache_dir ?? join(state_dir, "cache"), budget: caches },
  ];
}

/** What builds that run here at the same time may need, in bytes. */
function mostAtOnce({ worker, builds }: ServerConfig): number {
  return worker.embedded ? worker.parallel * Math.min(builds.limits.disk, worker.limits.disk ?? Infinity) : 0;
}

function absent({ key, path }: Place, code: string): Finding {
  if (code === "ENOENT") return fine(`${key}: ${path} isn't there yet; it is made when it is needed`);
  return warning(
    `${key}: this user may not look at ${path} (${code})`,
    "Run pawl doctor as root, or as the server's user",
  );
}

/** Whether a folder belongs to whom the state folder belongs to, and nobody else may write in it. Pure. */
export function assessRights(place: Pick<There, "key" | "path" | "owner" | "mode">, state: Pick<There, "owner">) {
  const { key, path, owner, mode } = place;
  if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) {
    return trouble(`${key}: every user of this machine may write in ${path}`, `chmod o-w ${path}`);
  }
  if (owner === state.owner) return null;
  return trouble(
    `${key}: ${path} belongs to another user (${owner}) than state_dir (${state.owner})`,
    `chown -R ${state.owner} ${path}`,
  );
}

async function notWritable({ key, path, owner }: There, uid: number): Promise<Finding | null> {
  const code = await access(path, constants.W_OK | constants.X_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? "",
  );
  if (code === null) return null;
  if (code === "EROFS") return trouble(`${key}: ${path} is on a disk that is mounted read-only`, "dmesg says why");
  const who = uid === owner ? "its own user" : `this user (${uid})`;
  return trouble(
    `${key}: ${who} may not write in ${path}`,
    `As the server's user: pawl doctor; else chmod u+wx ${path}`,
  );
}

/** Whether a disk has room now, and for all that is to be kept on it. Pure. @param atOnce what builds at work may need, in bytes */
export function assessRoom(
  places: readonly Place[],
  { free, total, path }: { free: number; total: number; path: string },
  atOnce: number,
): Finding[] {
  const keys = places.map(({ key }) => key).join(", ");
  const words = `${inGigabytes(free)} of ${inGigabytes(total)} are free for ${keys}`;
  const fix = `Make room: \`du -xh ${path} | sort -h | tail\` shows what uses it; pawl gc removes what is over`;
  if (free < LEAST) return [trouble(`The disk is as good as full: ${words}`, fix)];
  const findings = [free < atOnce ? warning(`${words}; builds may need ${inGigabytes(atOnce)}`, fix) : fine(words)];
  const budget = places.reduce((sum, place) => sum + place.budget, 0);
  if (budget > total) {
    const title = `${inGigabytes(budget)} may be kept on a disk of ${inGigabytes(total)} (${keys})`;
    findings.push(
      warning(title, "Lower store.budget, worker.imagebuilder_cache or worker.package_cache, or use a larger disk"),
    );
  }
  return findings;
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
