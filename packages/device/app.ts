import type { FetchRecord, Outcome, Release, Status, Update } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { checkName, isNamed, noBackup } from "./asked-version.ts";
import { UpdateError } from "./error.ts";
import { FetchSide, type FetchSideParts } from "./fetch-side.ts";
import type { InPlace, Installer } from "./installers/types.ts";
import type { Choices } from "./owner/choices.ts";
import type { News } from "./owner/news.ts";
import { requestCancel } from "./store/cancel-request.ts";
import { readHistory } from "./store/history.ts";
import { Lock } from "./store/lock.ts";
import type { UpdateFeed } from "./store/update-feed.ts";
import { newUpdateId } from "./store/update-id.ts";
import { newestLogged, readLog } from "./store/update-log.ts";
import { toward, updateOf } from "./update/fetch-transition.ts";
import { type Identity, isSame, isSameRelease } from "./update/identity.ts";
import { obstacleTo } from "./update/obstacle.ts";
import { forChannel } from "./update/status.ts";

/** A successful check younger than this is good enough unless the owner insists, in milliseconds (contract §1, `check`). */
const CHECK_FRESH_MS = 10 * 60_000;

const CHECK_BUSY = { message: "Busy – try again shortly", cached: false };
const CHECK_UNDER_WAY = { message: "Check already in progress", cached: false };

/** How long a cancel waits to see what came of it, in milliseconds. */
const CANCEL_SEEN_MS = 10_000;

export interface AppParts extends FetchSideParts {
  name: string;
  title: string;
  status(): Promise<Status>;
  choices: Choices;
  news: News;
  installer: Pick<Installer, "current" | "backups" | "kept">;
  feed: UpdateFeed;
  versioning: Versioning;
}

/** What a call that begins something answers: it goes on in the background. */
export interface Started {
  message: string;
  update_id: string;
}

/**
 * One app of this device, as its owner's side sees it: everything the API and the CLI offer. Works beside other
 * processes on the same app; the locks on disk decide who may act, the files say what is true.
 */
export class App {
  readonly #parts: AppParts;
  readonly #side: FetchSide;

  constructor(parts: AppParts) {
    this.#parts = parts;
    this.#side = new FetchSide(parts);
  }

  get name(): string {
    return this.#parts.name;
  }

  get title(): string {
    return this.#parts.title;
  }

  /** The events of the update that runs or ran last. */
  get feed(): UpdateFeed {
    return this.#parts.feed;
  }

  /** What the owner has chosen over `pawl.yaml`. */
  get choices(): Choices {
    return this.#parts.choices;
  }

  /** What the source has. */
  get news(): News {
    return this.#parts.news;
  }

  /** Reads files only: no network, and it answers whatever else goes on. */
  async status(): Promise<Status> {
    return this.#parts.status();
  }

  /** Ends when what this process does in the background has ended; never rejects. */
  async settled(): Promise<void> {
    await this.#side.settled();
  }

  /** Asks the source what is newest, in the background. */
  async check({ force }: { force: boolean }): Promise<{ message: string; cached: boolean }> {
    const { clock, store } = this.#parts;
    const { state, phase, channel } = await this.status();
    if (state === "checking") return CHECK_UNDER_WAY;
    if (state === "installing" && phase !== "waiting") {
      // Its process may be dead; then it is finished first.
      await this.resume();
      return CHECK_BUSY;
    }
    const known = forChannel(await store.load(), channel);
    if (!force && isFresh(known, clock.now())) return { message: "Using cached result", cached: true };
    const limit = known.failure?.code === "rate_limited" ? known.failure : null;
    // Asking all the same would only make the host's limit last longer.
    if (!force && limit?.retry_at && Date.parse(limit.retry_at) > clock.now().getTime()) {
      return { message: limit.message, cached: true };
    }
    try {
      await this.#side.begin("check", async () => ({
        type: "check-asked",
        at: clock.now().toISOString(),
        update: null,
      }));
    } catch (error) {
      if (!(error instanceof UpdateError) || error.code !== "busy") throw error;
      return (await this.status()).state === "checking" ? CHECK_UNDER_WAY : CHECK_BUSY;
    }
    return { message: "Update check started", cached: false };
  }

  /**
   * Begins to install the newest release of the channel, or `version`, which needs no network when this device still
   * has it; `force` downloads it all the same. Goes on in the background.
   * Throws UpdateError `busy`, `up_to_date` or `downgrade_refused` when there is nothing to begin.
   */
  async install(ask: { force: boolean; version?: string | undefined; unattended?: boolean }): Promise<Started> {
    const { clock, choices, versioning, apply } = this.#parts;
    const { channel, skipped } = await choices.chosen();
    checkName(ask.version);
    const current = await this.#inPlace();
    const update: Update = {
      ...(await this.#newUpdate("install", current?.version ?? null)),
      to: ask.version ?? null,
      by_name: ask.version !== undefined,
      force: ask.force,
      unattended: ask.unattended ?? false,
    };
    let { id } = update;
    await this.#side.begin(`install ${ask.version ?? "the newest release"}`, async (record) => {
      const { engine, release } = forChannel(record, channel);
      const waiting = engine.status === "waiting" ? engine : null;
      const target = [release, waiting?.release].find((one) => one && isNamed(one, ask.version));
      if (waiting && target && isSame(waiting.release, target)) {
        id = waiting.update.id;
        return update.unattended ? null : { type: "window-opened" };
      }
      const kept =
        ask.version !== undefined && !ask.force && !ask.unattended ? await this.#kept(ask.version, release) : null;
      if (kept) return { type: "kept-asked", update: toward(update, kept) };
      if (!target) return { type: "check-asked", at: clock.now().toISOString(), update };
      const known = { current, refused: (await apply()).refused, skipped };
      const obstacle = obstacleTo(update, target, known, versioning);
      if (obstacle) throw obstacle;
      const isHere = !ask.force && !ask.unattended && (await this.#isHere(target));
      if (isHere) return { type: "kept-asked", update: toward(update, target) };
      return { type: "install-asked", update: toward(update, target), release: target };
    });
    return { message: `Update started on channel '${channel}'. Watch the progress stream.`, update_id: id };
  }

  /** Goes back to the newest kept release, or to `version`. Throws UpdateError `no_backup` when it isn't there, `busy`. */
  async rollback(ask: { version?: string | undefined }): Promise<Started> {
    const { installer } = this.#parts;
    checkName(ask.version);
    const backups = await installer.backups();
    const to = backups.find((backup) => isNamed(backup, ask.version));
    if (!to) throw noBackup(ask.version, backups);
    const current = await installer.current();
    const asked = await this.#newUpdate("rollback", current?.version ?? null);
    const update: Update = { ...toward(asked, to), by_name: true };
    await this.#side.begin(`go back to ${to.version}`, async () => ({ type: "kept-asked", update }));
    return { message: `Going back to ${to.version}.`, update_id: update.id };
  }

  /** Stops the update that runs, until the switch begins. Throws UpdateError `busy` when it is too late, `bad_request` when nothing runs. */
  async cancel(): Promise<{ message: string }> {
    const { paths, store, apply, clock, shutdown } = this.#parts;
    const id = await this.#cancellable();
    if (id === null) throw new UpdateError("bad_request", "No update is running, so there is nothing to cancel.");
    await requestCancel(paths.api.cancel, id);
    for (const until = clock.monotonic() + CANCEL_SEEN_MS; clock.monotonic() < until; ) {
      await this.#side.attendCancel(id);
      const isOver = (await this.#cancellable()) !== id && (await Lock.owner(paths.api.lock)) === null;
      if (isOver) break;
      await clock.sleep(50, shutdown);
    }
    const lasts = [(await store.load()).last, (await apply()).last];
    const outcome = lasts.find((last) => last?.id === id);
    if (!outcome) return { message: "The update will be cancelled as soon as the step that runs has ended." };
    if (outcome.result !== "cancelled") throw tooLateToCancel("the update has ended just now.");
    return { message: "The update was cancelled. Nothing was changed." };
  }

  /** Cancels an update that only waits for its window; with a version, only one to that. Any other is left alone. */
  async stopWaiting(version?: string): Promise<void> {
    const { engine } = await this.#parts.store.load();
    const waiting = engine.status === "checking" ? engine.waiting : engine.status === "waiting" ? engine : null;
    if (!waiting || !isNamed(waiting.release, version)) return;
    try {
      await this.cancel();
    } catch (error) {
      // Its window has opened just now: it is no longer one that waits.
      if (!(error instanceof UpdateError)) throw error;
    }
  }

  /** What the last check found counts no more. */
  async forgetCheck(): Promise<void> {
    await this.#side.forgetCheck();
  }

  /** Log lines of the running, the last or the named update, oldest first, at most the last `lines`. */
  async log(ask: {
    id?: string | undefined;
    lines?: number | undefined;
  }): Promise<{ at: string; level: "info" | "warn" | "error"; line: string }[]> {
    const { paths } = this.#parts;
    const dirs = [paths.api.log, paths.apply.log];
    const id = ask.id ?? (await newestLogged(dirs));
    if (id === null) return [];
    const lines = readLog(dirs, id).flatMap(({ at, event }) =>
      event.type === "line" ? [{ at, level: event.level, line: event.line }] : [],
    );
    return ask.lines === undefined ? lines : lines.slice(Math.max(0, lines.length - ask.lines));
  }

  /** Updates that have ended, newest first. */
  async history(limit?: number): Promise<Outcome[]> {
    const { paths } = this.#parts;
    return readHistory([paths.api.history, paths.apply.history], limit);
  }

  /** Finishes, in the background, what a dead process left, and begins what has waited for its time; true when there was something. */
  async resume(): Promise<boolean> {
    await this.#leaveOldChannel();
    return this.#side.resume();
  }

  /** Another program may have changed the channel meanwhile (`channel_file`): what waits of the old one must not come tonight. */
  async #leaveOldChannel(): Promise<void> {
    const { engine } = await this.#parts.store.load();
    if (engine.status !== "waiting" || engine.update.by_name) return;
    if (engine.update.channel !== (await this.#parts.choices.chosen()).channel) await this.stopWaiting();
  }

  /** A release left on this device, unless its host is known to have another of that name by now. */
  async #kept(version: string, known: FetchRecord["release"]): Promise<InPlace | null> {
    const current = await this.#parts.installer.current();
    const kept = (await this.#parts.installer.kept()).find((one) => isNamed(one, version));
    // Of two trees of one version the one in place counts.
    if (!kept || (current && kept.version === current.version && !kept.commit)) return null;
    const isReplaced = known && isNamed(known, version) && !isSame(known, kept);
    return isReplaced ? null : kept;
  }

  /**
   * Whether this very release is on the device, whole: left by a rollback, for instance. Root's side finds it by its
   * commit, else by its version, so the first of that version has to be the one.
   */
  async #isHere(target: Pick<Release, "version" | "manifest_sha256" | "commit">): Promise<boolean> {
    const kept = await this.#parts.installer.kept();
    const named = kept.filter((one) => one.version === target.version);
    const found = named.find(({ commit }) => commit && commit === target.commit) ?? named[0];
    return found !== undefined && isSameRelease(found, target) === true;
  }

  /** What is installed by the record of it, else what the device says it had before Pawl. */
  async #inPlace(): Promise<Identity | null> {
    const current = await this.#parts.installer.current();
    if (current) return current;
    const { current_version: version } = await this.status();
    return version === null ? null : { version, manifest_sha256: null };
  }

  /** The id of the update that runs, or null. Throws UpdateError `busy` when it can't be cancelled any more. */
  async #cancellable(): Promise<string | null> {
    const { store, apply } = this.#parts;
    const { engine } = await store.load();
    const { engine: roots, last } = await apply();
    if (roots.status !== "idle") {
      const isEarly = roots.status === "staging" || roots.status === "backing-up";
      if (!isEarly) throw tooLateToCancel("the new release is being put in place. You can go back afterwards.");
      return roots.update.id;
    }
    const waiting = engine.status === "checking" ? engine.waiting : null;
    const update = updateOf(waiting ?? engine);
    return update && last?.id !== update.id ? update.id : null;
  }

  async #newUpdate(kind: Update["kind"], from: string | null): Promise<Update> {
    const { paths, clock, choices } = this.#parts;
    const now = clock.now();
    return {
      id: newUpdateId(now, await newestLogged([paths.api.log, paths.apply.log])),
      kind,
      from,
      to: null,
      channel: (await choices.chosen()).channel,
      by_name: false,
      force: false,
      unattended: false,
      started_at: now.toISOString(),
      resumed: false,
      bytes_downloaded: 0,
    };
  }
}

/** Whether the last check worked and is young enough. An age below zero says nothing: the clock was set back. */
function isFresh({ last_checked, failure }: FetchRecord, now: Date): boolean {
  if (last_checked === null || failure !== null) return false;
  const age = now.getTime() - Date.parse(last_checked);
  return age >= 0 && age < CHECK_FRESH_MS;
}

function tooLateToCancel(reason: string): UpdateError {
  return new UpdateError("busy", `It is too late to cancel: ${reason}`);
}
