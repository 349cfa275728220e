import type { ApplyRecord, Order, Update } from "@pawl/protocol";
import { UpdateError } from "./error.ts";
import type { Installer } from "./installers/types.ts";
import { Lock } from "./store/lock.ts";
import type { Reporters } from "./store/reporters.ts";
import type { Clock } from "./system/types.ts";
import { type ApplyEvent, applyTransition } from "./update/apply-transition.ts";
import { type EngineParts, type RecordStore, runEngine } from "./update/engine.ts";
import { toward } from "./update/fetch-transition.ts";
import { applyPhase } from "./update/phase.ts";
import { type ApplyExecutors, type ApplyStep, planApply } from "./update/plan.ts";

/** What works on the device, as a configuration has it. */
export interface Tools {
  installer: Installer;
  executors: ApplyExecutors;
}

export interface ApplierParts extends Tools {
  lockDir: string;
  store: RecordStore<ApplyRecord>;
  /** The tools as the newest update began with them: it is finished with these. Null when that isn't known. */
  ofBeginning(): Promise<Tools | null>;
  /** Keeps for `ofBeginning` what an update begins with; on the disk when it returns. */
  noteBeginning(update: Update): Promise<void>;
  reporters: Reporters;
  clock: Clock;
  /** Names this boot of the machine. */
  bootId: string;
  /** What the unprivileged side asks for. Its shape is checked, nothing in it is believed. */
  readOrder(): Promise<Order>;
}

/**
 * Root's side of one app: carries out what changes the device, one update at a time, in a process of its own that
 * nothing it restarts can take down. Its verbs are all it understands.
 */
export class Applier {
  readonly #parts: ApplierParts;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
  }

  /**
   * Finishes what a dead process left, then does what the order with this id says. Done before: nothing happens.
   *
   * @param action the only kind of order that is meant; without it any is
   */
  async apply(updateId: string, signal: AbortSignal, action?: Update["kind"]): Promise<ApplyRecord> {
    return this.#exclusively(`update ${updateId}`, async () => {
      const settled = await this.#goOn(signal);
      if (settled.last?.id === updateId) return settled;
      const order = await this.#parts.readOrder();
      if (order.update.id !== updateId) throw new UpdateError("bad_request", `There is no order ${updateId}.`);
      if (action && order.update.kind !== action)
        throw new UpdateError("bad_request", `The order ${updateId} is no ${action}.`);
      const event = await this.#begin(order);
      await this.#parts.noteBeginning(event.order.update);
      return runEngine(this.#engine(this.#parts), settled, event, signal);
    });
  }

  /** Only finishes what a dead process left: the services are tested again, and gone back from if need be. */
  async resume(signal: AbortSignal): Promise<ApplyRecord> {
    return this.#exclusively("recovery", () => this.#goOn(signal));
  }

  /**
   * For the boot, before any service starts: what a power cut left half done on the disk is finished or undone, and
   * nothing else. No network, no waiting, no service (contract device-api.md §7). `resume` does the rest. What can't be
   * put on record, on a full disk, is done all the same, and then told: rejects with what the disk said.
   */
  async settle(): Promise<ApplyRecord> {
    const work = async () => {
      const { store, clock, reporters, bootId } = this.#parts;
      const { record: found, tools } = await this.#settled();
      if (found.engine.status === "idle") return found;
      const event = { type: "interrupted", at: clock.now().toISOString(), settled_in: bootId } as const;
      // Run again in the same boot, it counts no second interruption.
      const record = found.settled_in === bootId ? found : applyTransition(found, event);
      // Without it the next process decides the same.
      const trouble =
        record === found
          ? []
          : await store.save(record).then(
              () => [],
              (error: unknown) => [error],
            );
      const { engine } = record;
      if (engine.status === "rolling-back") await tools.installer.switchBack(engine.move, reporters.of(engine.update));
      for (const error of trouble) throw error;
      return record;
    };
    return this.#exclusively("recovery at boot", work, { alsoUnwritten: true });
  }

  async #goOn(signal: AbortSignal): Promise<ApplyRecord> {
    const { record, tools } = await this.#settled();
    // The record may have reached the disk and its last words not.
    if (record.engine.status === "idle") {
      if (record.last) await this.#parts.reporters.end(record.last);
      return record;
    }
    const at = this.#parts.clock.now().toISOString();
    this.#parts.reporters.of(record.engine.update).line("Going on after an interruption", "warn");
    const isCounted = record.settled_in === this.#parts.bootId;
    const event: ApplyEvent = isCounted ? { type: "taken-up" } : { type: "interrupted", at };
    return runEngine(this.#engine(tools), record, event, signal);
  }

  /** The record, with the disk settled by the tools that what is under way is finished with. */
  async #settled(): Promise<{ record: ApplyRecord; tools: Tools }> {
    const { store, installer, ofBeginning } = this.#parts;
    const record = await store.load().catch(async (error) => {
      // Whatever the record says: half of what was there before Pawl may be moved.
      await installer.settleDisk();
      throw error;
    });
    const tools = record.engine.status === "idle" ? this.#parts : ((await ofBeginning()) ?? this.#parts);
    await tools.installer.settleDisk();
    return { record, tools };
  }

  /** What is in place is looked up here: the other side's word for it doesn't count. */
  async #begin(order: Order): Promise<Extract<ApplyEvent, { type: "ordered" }>> {
    const current = await this.#parts.installer.current();
    const { from_commit: _, ...asked } = order.update;
    const update: Update = {
      ...asked,
      from: current?.version ?? null,
      ...(current?.commit && { from_commit: current.commit }),
    };
    const { kind, to } = update;
    if (kind !== "rollback" && order.release) {
      return { type: "ordered", order: { ...order, update: toward(update, order.release) }, move: null };
    }
    const { installer } = this.#parts;
    if (to === null) throw new UpdateError("bad_request", `The order ${update.id} names no release.`);
    const there = kind === "rollback" ? await installer.backups() : await installer.kept();
    const named = there.filter(({ version }) => version === to);
    // Of one version there may be several commits.
    const next = named.find(({ commit }) => commit && commit === update.commit) ?? named[0];
    if (!next) throw new UpdateError("no_backup", `${to} isn't kept on this device.`, { version: to });
    const { manifest_sha256 } = next;
    const move = { previous: current?.tree ?? null, next: next.tree, manifest_sha256, kept: true };
    return { type: "ordered", order: { ...order, update: toward(update, next) }, move };
  }

  #engine({ executors }: Tools): EngineParts<ApplyRecord, ApplyStep, ApplyEvent> {
    const { store, reporters, clock } = this.#parts;
    const at = () => clock.now().toISOString();
    return {
      store,
      plan: (record) => planApply(record.engine),
      transition: applyTransition,
      execute: (step, signal) =>
        (executors[step.action] as (step: ApplyStep, signal: AbortSignal) => Promise<ApplyEvent>)(step, signal),
      failed: (error) => ({ type: "failed", at: at(), failure: error.toFailure() }),
      cancelled: () => ({ type: "cancelled", at: at() }),
      publish: async ({ engine, last }) => {
        if (engine.status !== "idle") reporters.of(engine.update).enter("installing", applyPhase(engine));
        else if (last) await reporters.end(last);
      },
    };
  }

  /** @param options.alsoUnwritten where no lock can be written, it is enough that nobody holds it */
  async #exclusively<T>(purpose: string, work: () => Promise<T>, { alsoUnwritten = false } = {}): Promise<T> {
    const { lockDir, clock } = this.#parts;
    const attempt = await Lock.tryAcquire(lockDir, purpose, clock.now()).catch(async (error) => {
      if (!alsoUnwritten || !takesNothing(error)) throw error;
      const busy = await Lock.owner(lockDir);
      return busy ? { busy } : null;
    });
    if (attempt === null) return work();
    if ("busy" in attempt) throw new UpdateError("busy", `An update is running already (${attempt.busy.purpose}).`);
    await using _lock = attempt.held;
    return await work();
  }
}

/** Whether a disk takes nothing more: it is full, or read-only. */
function takesNothing(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT", "EROFS"].includes(`${error.code}`);
}
