import { Chance } from "../../chance.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { BUILD_FAILURES } from "./failures.ts";
import { type Held, newHeld } from "./held.ts";
import type { Step } from "./transcript.ts";

const MINUTE_MS = 60_000;
const STEPS: readonly Step[] = ["start", "download", "unpack", "resolve", "assemble", "publish"];
const WANTED = [
  "luci",
  "wireguard-tools",
  "tcpdump",
  "htop",
  "sqm-scripts",
  "luci-app-adblock",
  "nano",
  "usteer",
] as const;
const VERSIONS = ["25.12.1", "25.12.0", "24.10.5", "SNAPSHOT"] as const;
const WORKERS = ["attic", "cellar", "cloud-1"] as const;
/** As many as the workers have places. */
const BUILDING = 6;
const FAILURES = [
  BUILD_FAILURES.missing,
  () => BUILD_FAILURES.tooBig(17_500_000, 16_252_928),
  () => BUILD_FAILURES.conflict(["openvpn-mbedtls", "openvpn-openssl"]),
  BUILD_FAILURES.mirror,
  BUILD_FAILURES.memory,
] as const;

/** So many builds of the last weeks in every state, of them so many that wait. */
export function pastBuilds(catalog: Catalog, count: number, waiting: number): Held[] {
  const chance = new Chance(900);
  const now = catalog.now().getTime();
  return Array.from({ length: count }, (_, index) => {
    const { profile, target } = chance.one(catalog.models, 3);
    const packages = WANTED.filter(() => chance.share() < 0.35).map(String);
    const enqueued = now - index * chance.number(1, 40) * MINUTE_MS - chance.number(1, 3 * MINUTE_MS);
    const held = newHeld(
      {
        ...{ distribution: "openwrt", version: chance.one(VERSIONS, 2), target, profile, packages, only: false },
        ...{ packages_versions: {}, version_code: null, filesystem: null, rootfs_size_mb: null, defaults: null },
        ...{ repositories: {}, repositories_mode: "append", repository_keys: [], client: `past/${index}` },
      },
      enqueued,
    );
    held.id = chance.hex(32);
    // The newest of those that wait is the last in line.
    if (index < waiting)
      return Object.assign(held, { position: waiting - 1 - index, enqueuedAt: now - (index + 1) * 5_000 });
    const started = enqueued + chance.number(1, 240) * 1_000;
    const took = chance.number(8, 190) * 1_000;
    const worker = WORKERS[index % WORKERS.length] ?? "attic";
    if (index < waiting + BUILDING)
      return running(held, now - chance.number(5, 60) * 1_000, worker, chance.number(1, 4));
    const luck = chance.share();
    const ended = { position: null, startedAt: started, finishedAt: started + took, worker };
    const reached = luck < 0.82 ? 6 : chance.number(2, 5);
    held.steps = STEPS.slice(0, reached).map((step, at) => ({ step, at: started + (took * at) / reached }));
    held.step = held.steps.at(-1)?.step ?? null;
    if (luck < 0.82) return Object.assign(held, ended, { state: "done" });
    if (luck > 0.97)
      return Object.assign(held, { position: null, finishedAt: started, state: "withdrawn", step: null, steps: [] });
    const failure = chance.one(FAILURES, 1.5)(packages);
    return Object.assign(held, ended, { state: "failed", failure, attempt: failure.code === "mirror_failed" ? 4 : 1 });
  });
}

function running(held: Held, started: number, worker: string, reached: number): Held {
  const steps = STEPS.slice(0, reached + 1).map((step, at) => ({ step, at: started + at * 1_000 }));
  const step = steps.at(-1)?.step ?? null;
  return Object.assign(held, { state: "running", position: null, startedAt: started, worker, steps, step });
}
