import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApplyState } from "@pawl/protocol";
import { type Call, readCalls } from "./calls.ts";
import { checkDisk, type Reported, reportedOn } from "./check.ts";
import type { ChildTask } from "./child.ts";
import { copyDisk, makeDisk, mountDisk, removeDisk, unmountDisk } from "./disk.ts";
import { placeAt } from "./place.ts";
import type { Point } from "./point.ts";
import { prepareDevice } from "./prepare.ts";
import type { SyncFate } from "./programs.ts";
import { type Scenario, titleOf, undisturbedEnd } from "./scenario.ts";
import { type Injection, runTraced, type TracedRun } from "./strace.ts";
import type { Device } from "./updater.ts";

/** The states of root's engine in which a device can be cut off, and recovery be cut off again. */
export type CutState = Exclude<ApplyState["status"], "idle">;

/** A disk to begin with, as a file, and what is to be done on it. */
export interface Base {
  scenario: Scenario;
  /** The update was cut off in this state: what is done is the recovery. Null: the update itself. */
  cutIn: CutState | null;
  image: string;
  updateId: string;
}

/** What the updater is made to leave out. */
export interface Mutant {
  name: string;
  /** `sync -f` says that all is well, and has done nothing. */
  isSyncIdle: boolean;
  /** So does every fsync. */
  isFsyncIdle: boolean;
}

/** What a run does. The updater has another number when strace filters, and its number is in the names of its files. */
export interface Trace {
  calls: readonly Call[];
  filteredCalls: readonly Call[];
  syncs: number;
}

/** Where the command has its things: all below `dir`, except that each worker mounts its disk at `root` for itself. */
export interface LabPaths {
  dir: string;
  root: string;
  releases: string;
  child: string;
}

export interface Trial {
  /** One sentence for each thing that was wrong, with the disk it was seen on. */
  wrong: { disk: string; what: string }[];
  /** What was to happen did not: the run took another way. */
  missed: boolean;
}

/** One worker's disks and processes. Has a mount namespace of its own. */
export class Lab {
  readonly #paths: LabPaths;
  readonly #own: string;
  #boots = 0;

  constructor(paths: LabPaths, name: string) {
    this.#paths = paths;
    this.#own = join(paths.dir, name);
    mkdirSync(this.#own, { recursive: true });
    writeFileSync(this.#bootId, "");
    this.#newBoot();
    // A boot is known by its id: after a cut nothing of before is alive, whatever number it had.
    execFileSync("mount", ["--bind", this.#bootId, "/proc/sys/kernel/random/boot_id"]);
  }

  /** Makes the disk of a device on which an update is ordered; with `cutIn`, one that was cut off in this state. */
  async prepare(scenario: Scenario, cutIn: CutState | null): Promise<Base | null> {
    const image = join(this.#paths.dir, `${titleOf(scenario).replace("/", "-")}-${cutIn ?? "fresh"}.img`);
    makeDisk(image);
    mountDisk(image, this.#paths.root);
    try {
      const updateId = await prepareDevice(this.#device(scenario), scenario);
      const base = { scenario, cutIn: null, image, updateId };
      if (cutIn === null) return base;
      const run = this.#run(base, { cutIn });
      return run.wasKilled ? { ...base, cutIn } : null;
    } finally {
      unmountDisk(this.#paths.root);
    }
  }

  /** Every call of a run that nothing disturbs, and how often it runs `sync -f`. */
  async trace(base: Base): Promise<Trace> {
    const plain = this.#undisturbed(base, false);
    const filtered = this.#undisturbed(base, true);
    return { ...plain, filteredCalls: filtered.calls };
  }

  #undisturbed(base: Base, isFiltered: boolean): { calls: Call[]; syncs: number } {
    const image = this.#mountCopy(base.image);
    try {
      const { trace, report } = this.#run(base, { isFiltered });
      if (report === null) throw new Error("The undisturbed run did not come to its end.");
      return { calls: readCalls(trace, this.#paths.root), syncs: report.syncs };
    } finally {
      this.#drop(image);
    }
  }

  /** Lets one thing happen at one point, then looks at what is left, on the device's own disk and on the one after a cut. */
  async try(base: Base, point: Point, mutant: Mutant | null = null): Promise<Trial> {
    if (point.kind === "cut-after-end") return this.tryAfterEnd(base, mutant);
    const isCut = point.kind === "cut" || point.kind === "cut-at-sync";
    return this.#trial(base, isCut, () => {
      const run = this.#run(base, {
        sync: syncFateOf(point, mutant),
        injection: injectionOf(point),
      });
      return isCut ? run.wasKilled : wasHit(point, run);
    });
  }

  /** The power goes right after the end of the update was recorded, with whatever the mutant leaves out. */
  async tryAfterEnd(base: Base, mutant: Mutant | null): Promise<Trial> {
    const injection: Injection | undefined = mutant?.isFsyncIdle
      ? { fate: "retval=0", calls: ["fsync", "fdatasync", "syncfs"] }
      : undefined;
    const sync = { isIdle: mutant?.isSyncIdle ?? false };
    return this.#trial(
      base,
      true,
      () => this.#run(base, { cutIn: "idle", sync, injection }).wasKilled,
      undisturbedEnd(base.scenario),
    );
  }

  async #trial(base: Base, isCut: boolean, happen: () => boolean, told: Reported["end"] = null): Promise<Trial> {
    const lost = join(this.#own, "lost.img");
    const device = this.#device(base.scenario);
    const image = this.#mountCopy(base.image);
    const wrong: Trial["wrong"] = [];
    const check = async (disk: string, before: Reported) => {
      const kind = isCut ? "cut" : "error";
      const found = await checkDisk(device, base.scenario, base.updateId, { kind, before }, () => this.#newBoot());
      wrong.push(...found.map((what) => ({ disk, what })));
    };
    let before: Reported;
    try {
      if (!happen()) return { wrong, missed: true };
      // Before anything is unmounted: what had really reached the disk.
      if (isCut) copyDisk(image, lost);
      const found = reportedOn(device, base.scenario, base.updateId);
      before = { ...found, end: told ?? found.end };
      await check("its own disk", before);
    } finally {
      this.#drop(image);
    }
    if (!isCut) return { wrong, missed: false };
    mountDisk(lost, this.#paths.root);
    try {
      const { isUnderWay } = reportedOn(device, base.scenario, base.updateId);
      await check("the disk after a power cut", { end: before.end, isUnderWay });
    } finally {
      this.#drop(lost);
    }
    return { wrong, missed: false };
  }

  #run(
    base: Base,
    how: { cutIn?: string; sync?: SyncFate; injection?: Injection | undefined; isFiltered?: boolean },
  ): TracedRun {
    const { scenario, cutIn, updateId } = base;
    const { root, releases, child } = this.#paths;
    const { layout, broken } = scenario;
    const task: ChildTask = {
      ...{ root, releases, layout, broken, updateId },
      verb: cutIn === null ? "apply" : "boot",
      sync: how.sync ?? {},
      cutIn: how.cutIn ?? null,
      report: join(this.#own, "report.json"),
    };
    return runTraced(child, task, join(this.#own, "trace"), how.injection, how.isFiltered);
  }

  #device({ layout, broken }: Scenario): Device {
    return { place: placeAt(this.#paths.root), layout, releases: this.#paths.releases, broken };
  }

  #mountCopy(of: string): string {
    const image = join(this.#own, "own.img");
    copyDisk(of, image);
    mountDisk(image, this.#paths.root);
    return image;
  }

  #drop(image: string): void {
    unmountDisk(this.#paths.root);
    removeDisk(image);
  }

  #newBoot(): void {
    const number = String(++this.#boots).padStart(12, "0");
    writeFileSync(this.#bootId, `00000000-0000-4000-8000-${number}\n`);
  }

  get #bootId(): string {
    return join(this.#own, "boot-id");
  }
}

function injectionOf(point: Point): Injection | undefined {
  if (point.kind !== "cut" && point.kind !== "error") return undefined;
  const { call, path, ordinal } = point;
  const fate = point.kind === "cut" ? "signal=KILL" : `error=${point.error}`;
  return { fate, calls: [call], at: { path, ordinal } };
}

function syncFateOf(point: Point, mutant: Mutant | null): SyncFate {
  const isIdle = mutant?.isSyncIdle ?? false;
  if (point.kind === "cut-at-sync") return { isIdle, cut: { call: point.sync, moment: point.moment } };
  if (point.kind === "sync-fails") return { isIdle, fails: point.sync };
  return { isIdle };
}

function wasHit(point: Point, { trace, report }: TracedRun): boolean {
  if (point.kind === "sync-fails") return (report?.syncs ?? 0) >= point.sync;
  return trace.includes("(INJECTED)");
}
