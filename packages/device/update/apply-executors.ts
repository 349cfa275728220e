import { type Failure, failure, type Manifest, type Move, type Release, type Update } from "@pawl/protocol";
import { asUpdateError, UpdateError } from "../error.ts";
import type { HealthReading } from "../health/types.ts";
import { UNKNOWN_VERSION } from "../installers/bundle/adopted-manifest.ts";
import type { Installer } from "../installers/types.ts";
import type { PostInstall } from "../post-install/index.ts";
import type { Preflight } from "../preflight/index.ts";
import type { Services } from "../system/services.ts";
import type { Clock } from "../system/types.ts";
import { Unsettled } from "./engine.ts";
import { insist, TRY_AGAIN_MS } from "./insist.ts";
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
      const reporter = parts.reporter(update);
      reporter.line(`Going back to ${update.from ?? "what was there before"}`, "warn");
      const wasInPlace = await switchBack(update, move, reporter, signal);
      const mayRunTheNew = result === "rolled_back" || wasInPlace || update.resumed;
      const { previous } = move;
      const trouble = previous !== null && mayRunTheNew ? await runAgain(update, move.next, previous, signal) : null;
      return { type: "gone-back", at: now(), trouble };
    },

    "make-do": async ({ update, move }, signal) => {
      const reporter = parts.reporter(update);
      // On record first: a release that takes the device down as it starts is still the one in place.
      if (update.to !== null) await insistOn(() => parts.versionFile.write(update.to ?? ""), reporter, signal);
      const trouble = await insistOn(() => installer.commit(move, update), reporter, signal);
      await startWhatCanBe(reporter, signal);
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
      if (areStopped) await startWhatCanBe(reporter, new AbortController().signal);
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

  /** Undoes the switch; what stands in its way may pass. True when the new release may have been in place. */
  async function switchBack(update: Update, move: Move, reporter: Reporter, signal: AbortSignal): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      try {
        // A try that failed may have got as far as putting the earlier release in place.
        return (await installer.switchBack(move, reporter)) || tries > 0;
      } catch (error) {
        const trouble = asUpdateError(error);
        if (trouble.code === "no_backup") throw trouble;
        const pause = TRY_AGAIN_MS[tries];
        const next =
          pause === undefined ? "It goes on when Pawl is started again" : `Trying again in ${pause / 1000} s`;
        reporter.line(
          `The device could not go back to ${update.from ?? "what it had"}: ${worded(trouble)} ${next}.`,
          "error",
        );
        if (pause === undefined) throw trouble;
        await clock.sleep(pause, signal);
      }
    }
  }

  /** The earlier release's services, and whether they work: looked at once, and whatever comes of it, it stays in place. */
  async function runAgain(update: Update, left: string, tree: string, signal: AbortSignal): Promise<Failure | null> {
    const reporter = parts.reporter(update);
    const onLine = (line: string) => reporter.line(line);
    try {
      // The power may have failed after the new release was committed and before that was on record.
      if (update.from !== null) await parts.versionFile.write(update.from);
    } catch (error) {
      reporter.line(asUpdateError(error).message, "warn");
    }
    try {
      await refreshUnits([left, tree], signal, onLine).catch((error) => {
        signal.throwIfAborted();
        reporter.line(worded(asUpdateError(error)), "warn");
      });
      await services.restart(signal, onLine).catch(async (error) => {
        signal.throwIfAborted();
        reporter.line(asUpdateError(error).message, "error");
        await startWhatCanBe(reporter, signal);
      });
      await installer.settle({ previous: left, next: tree }, reporter);
      const reading = await parts.checkHealth(askable(update.from), signal, onLine);
      return reading.ok ? null : unhealthy(update.from, reading.reason);
    } catch (error) {
      signal.throwIfAborted();
      return asUpdateError(error).toFailure();
    }
  }

  async function refreshUnits(trees: readonly string[], signal: AbortSignal, onLine: (line: string) => void) {
    const manifests = await Promise.all(trees.map((tree) => installer.manifest(tree)));
    await parts.postInstall.refresh(
      manifests.flatMap((manifest) => manifest ?? []),
      signal,
      onLine,
    );
  }

  async function startWhatCanBe(reporter: Reporter, signal: AbortSignal): Promise<void> {
    await services.start(signal, (line) => reporter.line(line)).catch(() => signal.throwIfAborted());
  }
}

/** What a service can be asked to say its version is: what was there before Pawl never heard of the name it was given. */
function askable(version: string | null): string | null {
  return version === UNKNOWN_VERSION ? null : version;
}

function worded({ message, fields }: UpdateError): string {
  return fields.detail && !message.includes(fields.detail) ? `${message} (${fields.detail})` : message;
}

function unsettled(trouble: UpdateError): Unsettled {
  return new Unsettled("It is finished when Pawl is started again.", { cause: trouble });
}

function unhealthy(version: string | null, reason: string): Failure {
  return failure("health_failed", `${version ?? "The release"} was started but doesn't work: ${reason}.`, {
    version,
    detail: reason,
  });
}
