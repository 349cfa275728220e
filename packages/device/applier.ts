import type { ApplyRecord, Order, Update } from "@pawl/protocol";
import { UpdateError } from "./error.ts";
import type { Installer } from "./installers/types.ts";
import { Lock } from "./store/lock.ts";
import type { Reporters } from "./store/reporters.ts";
import type { Clock } from "./system/types.ts";
import { type ApplyEvent, applyTransition } from "./update/apply-transition.ts";
import { type EngineParts, type RecordStore, runEngine } from "./update/engine.ts";
import { applyPhase } from "./update/phase.ts";
import { type ApplyExecutors, type ApplyStep, planApply } from "./update/plan.ts";

export interface ApplierParts {
  lockDir: string;
  store: RecordStore<ApplyRecord>;
  installer: Installer;
  executors: ApplyExecutors;
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
      return runEngine(this.#engine(), await this.#begin(order), signal);
    });
  }

  /** Only finishes what a dead process left: the services are tested again, and gone back from if need be. */
  async resume(signal: AbortSignal): Promise<ApplyRecord> {
    return this.#exclusively("recovery", () => this.#goOn(signal));
  }

  /**
   * For the boot, before any service starts: what a power cut left half done on the disk is finished or undone, and
   * nothing else. No network, no waiting, no service (contract device-api.md §7). `resume` does the rest.
   */
  async settle(): Promise<ApplyRecord> {
    return this.#exclusively("recovery at boot", async () => {
      const { installer, store, clock, reporters, bootId } = this.#parts;
      await installer.settleDisk();
      const found = await store.load();
      if (found.engine.status === "idle") return found;
      const event = { type: "interrupted", at: clock.now().toISOString(), settled_in: bootId } as const;
      // Run again in the same boot, it counts no second interruption.
      const record = found.settled_in === bootId ? found : applyTransition(found, event);
      if (record !== found) await store.save(record);
      const { engine } = record;
      if (engine.status === "rolling-back") await installer.switchBack(engine.move, reporters.of(engine.update));
      return record;
    });
  }

  async #goOn(signal: AbortSignal): Promise<ApplyRecord> {
    // Whatever the record says: half of what was there before Pawl may be moved.
    await this.#parts.installer.settleDisk();
    const record = await this.#parts.store.load();
    // The record may have reached the disk and its last words not.
    if (record.engine.status === "idle") {
      if (record.last) await this.#parts.reporters.end(record.last);
      return record;
    }
    const at = this.#parts.clock.now().toISOString();
    this.#parts.reporters.of(record.engine.update).line("Going on after an interruption", "warn");
    const isCounted = record.settled_in === this.#parts.bootId;
    return runEngine(this.#engine(), isCounted ? { type: "taken-up" } : { type: "interrupted", at }, signal);
  }

  /** What is in place is looked up here: the other side's word for it doesn't count. */
  async #begin(order: Order): Promise<ApplyEvent> {
    const current = await this.#parts.installer.current();
    const update = { ...order.update, from: current?.version ?? null };
    const { kind, to } = update;
    if (kind !== "rollback" && order.release) {
      return { type: "ordered", order: { ...order, update: { ...update, to: order.release.version } }, move: null };
    }
    const { installer } = this.#parts;
    if (to === null) throw new UpdateError("bad_request", `The order ${update.id} names no release.`);
    const there = kind === "rollback" ? await installer.backups() : await installer.kept();
    const next = there.find(({ version }) => version === to);
    if (!next) throw new UpdateError("no_backup", `${to} isn't kept on this device.`, { version: to });
    const { manifest_sha256 } = next;
    const move = { previous: current?.tree ?? null, next: next.tree, manifest_sha256, kept: true };
    return { type: "ordered", order: { ...order, update }, move };
  }

  #engine(): EngineParts<ApplyRecord, ApplyStep, ApplyEvent> {
    const { store, executors, reporters, clock } = this.#parts;
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

  async #exclusively<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    const attempt = await Lock.tryAcquire(this.#parts.lockDir, purpose, this.#parts.clock.now());
    if ("busy" in attempt) throw new UpdateError("busy", `An update is running already (${attempt.busy.purpose}).`);
    await using _lock = attempt.held;
    return await work();
  }
}
