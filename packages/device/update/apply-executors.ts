import type { Manifest, Move, Release, Update } from "@pawl/protocol";
import { asUpdateError, UpdateError } from "../error.ts";
import type { HealthReading } from "../health/types.ts";
import type { Installer } from "../installers/types.ts";
import type { PostInstall } from "../post-install/index.ts";
import type { Preflight } from "../preflight/index.ts";
import type { Services } from "../system/services.ts";
import type { Clock } from "../system/types.ts";
import { askable, unhealthy, worded } from "./apply-words.ts";
import { Unsettled } from "./engine.ts";
import { goBack, startWhatCanBe } from "./go-back.ts";
import { insist } from "./insist.ts";
import type { ApplyExecutors } from "./plan.ts";
import type { Reporter } from "./reporter.ts";

/** How long watchers have to read that the service goes away for a moment, in seconds. */
const RESTART_DELAY_S = 2;

/** What root's steps are made of. */
export interface ApplyParts {
  installer: Installer;
  clock: Clock;
  reporter(update: Update): Reporter;
  /** The manifest, verified again by this side's own keys, and where the bundle lies. */
  fetched(
    release: Release,
    update: Update,
  ): Promise<{ manifest: Manifest; manifestBytes: Uint8Array; bundlePath: string }>;
  preflight: Pick<Preflight, "beforeStaging">;
  postInstall: PostInstall;
  /** What was there before Pawl has become a release: a line of history. */
  noteAdoption(update: Update, version: string): Promise<void>;
  services: Pick<Services, "restart" | "start" | "stop">;
  checkHealth(version: string | null, signal: AbortSignal, onLine: (line: string) => void): Promise<HealthReading>;
  /** Aborts with a `Cancelled` when the owner asks for it. */
  cancelSignal(update: Update): AbortSignal & Disposable;
  versionFile: {
    /** Throws when it could not be written. */
    check(): Promise<void>;
    write(version: string): Promise<void>;
  };
}

/** Carries out each step that changes the device. */
export function applyExecutors(parts: ApplyParts): ApplyExecutors {
  const { installer, clock, services } = parts;
  const now = () => clock.now().toISOString();

  return {
    stage: async ({ update, release }, signal) => {
      const reporter = parts.reporter(update);
      using cancel = parts.cancelSignal(update);
      try {
        await parts.versionFile.check();
        const staging = { update, ...(await parts.fetched(release, update)) };
        await parts.postInstall.check(staging.manifest);
        await parts.preflight.beforeStaging(staging, AbortSignal.any([signal, cancel]));
        return { type: "staged", move: await installer.stage(staging, reporter, AbortSignal.any([signal, cancel])) };
      } catch (error) {
        await installer.discard(update, null);
        throw cancel.aborted ? cancel.reason : error;
      }
    },

    "back-up": async ({ update, move }, signal) => {
      const reporter = parts.reporter(update);
      using cancel = parts.cancelSignal(update);
      try {
        if (move.kept && update.kind === "install") {
          reporter.line(`Checking the files of ${update.to}, which is on this device already`);
          await parts.versionFile.check();
          await installer.verifyKept(move, AbortSignal.any([signal, cancel]));
        }
        const adopted = move.adopts ? await adopt(update, move, reporter, signal) : undefined;
        await installer.backUp(move, reporter);
        cancel.throwIfAborted();
        return { type: "backed-up", ...(adopted !== undefined && { adopted }) };
      } catch (error) {
        // The next process goes on from the record, and needs the tree.
        signal.throwIfAborted();
        await settleDisk(reporter, signal);
        await installer.discard(update, move);
        throw cancel.aborted ? cancel.reason : error;
      }
    },

    switch: async ({ update, move }) => {
      const reporter = parts.reporter(update);
      reporter.line(
        update.from === null ? `Switching to ${update.to}` : `Switching from ${update.from} to ${update.to}`,
      );
      await installer.switchTo(move, reporter);
      return { type: "switched" };
    },

    restart: async ({ update, move }, signal) => {
      const reporter = parts.reporter(update);
      reporter.line(`Restarting service in ${RESTART_DELAY_S} seconds…`);
      await clock.sleep(RESTART_DELAY_S * 1000, signal);
      const onLine = (line: string) => reporter.line(line);
      try {
        const manifest = await installer.manifest(move.next);
        // What it asks for would be left out in silence.
        if (!manifest) throw new UpdateError("state_damaged", `The manifest of ${update.to} can't be read any more.`);
        await parts.postInstall.run(manifest, signal, onLine, update.from);
        await services.restart(signal, onLine);
      } catch (error) {
        signal.throwIfAborted();
        reporter.line(worded(asUpdateError(error)), "error");
        throw error;
      }
      await installer.settle(move, reporter);
      return { type: "restarted" };
    },

    test: async ({ update, move }, signal) => {
      const reporter = parts.reporter(update);
      const reading = await parts.checkHealth(askable(update.to), signal, (line) => reporter.line(line));
      if (reading.ok) {
        await commit(update, move);
        return { type: "committed", at: now() };
      }
      const reason = unhealthy(update.to, reading.reason);
      reporter.line(reason.message, "error");
      return { type: "failed", at: now(), failure: reason };
    },

    "roll-back": async ({ update, move, result }, signal) => {
      const trouble = await goBack(parts, { update, move, result }, signal);
      return { type: "gone-back", at: now(), trouble };
    },

    "make-do": async ({ update, move }, signal) => {
      const reporter = parts.reporter(update);
      // On record first: a release that takes the device down as it starts is still the one in place.
      if (update.to !== null) await insistOn(() => parts.versionFile.write(update.to ?? ""), reporter, signal);
      const trouble = await insistOn(() => installer.commit(move, update), reporter, signal);
      await startWhatCanBe(services, reporter, signal);
      if (trouble) throw unsettled(trouble);
      return { type: "made-do", at: now() };
    },
  };

  async function adopt(update: Update, move: Move, reporter: Reporter, signal: AbortSignal): Promise<string> {
    reporter.line("Taking over what is there, as a release one can go back to");
    const onLine = (line: string) => reporter.line(line);
    let areStopped = update.resumed;
    try {
      const version = await installer.adopt(move, reporter, async (work) => {
        areStopped = true;
        await services.stop(signal, onLine);
        await work();
      });
      await parts.noteAdoption(update, version);
      return version;
    } finally {
      // Whatever came of it, the device serves what it has; also when this process, or an earlier one, was told to end.
      if (areStopped) await startWhatCanBe(services, reporter, new AbortController().signal);
    }
  }

  /** What is half moved is moved on or back before an update ends. Throws `Unsettled` when that is left to the next process. */
  async function settleDisk(reporter: Reporter, signal: AbortSignal): Promise<void> {
    const trouble = await insistOn(() => installer.settleDisk(), reporter, signal);
    if (trouble) throw unsettled(trouble);
  }

  function insistOn(work: () => Promise<void>, reporter: Reporter, signal: AbortSignal): Promise<UpdateError | null> {
    return insist(work, clock, signal, (trouble) => reporter.line(worded(trouble), "error"));
  }

  /** The version file first: when that can't be written, nothing of the new release is recorded yet. May run twice. */
  async function commit(update: Update, move: Move): Promise<void> {
    if (update.to !== null) await parts.versionFile.write(update.to);
    await installer.commit(move, update);
  }
}

function unsettled(trouble: UpdateError): Unsettled {
  return new Unsettled("It is finished when Pawl is started again.", { cause: trouble });
}
