import type { Outcome, Status, Update } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { checkName, isNamed, noBackup } from "./asked-version.ts";
import { beginInstall } from "./begin-install.ts";
import { UpdateError } from "./error.ts";
import { FetchSide, type FetchSideParts } from "./fetch-side.ts";
import type { Installer } from "./installers/types.ts";
import type { Choices } from "./owner/choices.ts";
import type { News } from "./owner/news.ts";
import { requestCancel } from "./store/cancel-request.ts";
import { readHistory } from "./store/history.ts";
import { Lock } from "./store/lock.ts";
import type { UpdateFeed } from "./store/update-feed.ts";
import { newUpdateId } from "./store/update-id.ts";
import { type LoggedLine, loggedLines, newestLogged } from "./store/update-log.ts";
import { withoutDeadCheck } from "./store/view.ts";
import { cancellable, tooLateToCancel, waitingIn } from "./update/cancellable.ts";
import { type BeforeCheck, CHECK_BEGUN, CHECK_BUSY, type CheckAnswer, insteadOfCheck } from "./update/check-asked.ts";
import { toward } from "./update/fetch-transition.ts";
import type { Identity } from "./update/identity.ts";

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
  async check({ force }: { force: boolean }): Promise<CheckAnswer> {
    const { clock } = this.#parts;
    const instead = insteadOfCheck(await this.#beforeCheck(), { force, now: clock.now() });
    // Its process may be dead; then it is finished first.
    if (instead === CHECK_BUSY) await this.resume();
    if (instead) return instead;
    try {
      await this.#side.begin("check", async () => ({
        type: "check-asked",
        at: clock.now().toISOString(),
        update: null,
      }));
    } catch (error) {
      if (!(error instanceof UpdateError) || error.code !== "busy") throw error;
      return insteadOfCheck(await this.#beforeCheck(), { force: true, now: clock.now() }) ?? CHECK_BUSY;
    }
    return CHECK_BEGUN;
  }

  /**
   * Begins to install the newest release of the channel, or `version`, which needs no network when this device still
   * has it; `force` downloads it all the same. Goes on in the background.
   * Throws UpdateError `busy`, `up_to_date` or `downgrade_refused` when there is nothing to begin.
   */
  async install(ask: { force: boolean; version?: string | undefined; unattended?: boolean }): Promise<Started> {
    const { clock, choices, versioning, installer } = this.#parts;
    const { channel, skipped } = await choices.chosen();
    checkName(ask.version);
    const asked: Update = {
      ...(await this.#newUpdate("install", null, channel)),
      to: ask.version ?? null,
      by_name: ask.version !== undefined,
      force: ask.force,
      unattended: ask.unattended ?? false,
    };
    let { id } = asked;
    await this.#side.begin(`install ${ask.version ?? "the newest release"}`, async (record, roots) => {
      // Under the lock: another's update may have ended while this one waited for it.
      const current = await this.#inPlace();
      const update = { ...asked, from: current?.version ?? null };
      const known = { current, skipped, apply: roots, installer, versioning, now: clock.now() };
      const begun = await beginInstall(record, update, known);
      id = begun.id;
      return begun.event;
    });
    return { message: `Update started on channel '${channel}'. Watch the progress stream.`, update_id: id };
  }

  /** Goes back to the newest kept release, or to `version`. Throws UpdateError `no_backup` when it isn't there, `busy`. */
  async rollback(ask: { version?: string | undefined }): Promise<Started> {
    const { installer, choices } = this.#parts;
    checkName(ask.version);
    const backups = await installer.backups();
    const to = backups.find((backup) => isNamed(backup, ask.version));
    if (!to) throw noBackup(ask.version, backups);
    const current = await installer.current();
    const { channel } = await choices.chosen();
    const asked = await this.#newUpdate("rollback", current?.version ?? null, channel);
    const update: Update = { ...toward(asked, to), by_name: true };
    await this.#side.begin(`go back to ${to.version}`, async () => ({ type: "kept-asked", update }));
    return { message: `Going back to ${to.version}.`, update_id: update.id };
  }

  /** Stops the update that runs, until the switch begins. Throws UpdateError `busy` when it is too late, `bad_request` when nothing runs. */
  async cancel(): Promise<{ message: string }> {
    const { paths, store, apply, clock, shutdown } = this.#parts;
    const running = async () => cancellable(await store.load(), await apply());
    const id = await running();
    if (id === null) throw new UpdateError("bad_request", "No update is running, so there is nothing to cancel.");
    await requestCancel(paths.api.cancel, id);
    for (const until = clock.monotonic() + CANCEL_SEEN_MS; clock.monotonic() < until; ) {
      await this.#side.attendCancel(id);
      const isOver = (await running()) !== id && (await Lock.owner(paths.api.lock)) === null;
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
    const waiting = waitingIn((await this.#parts.store.load()).engine);
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
  async log(ask: { id?: string | undefined; lines?: number | undefined }): Promise<LoggedLine[]> {
    const { paths } = this.#parts;
    return loggedLines([paths.api.log, paths.apply.log], { id: ask.id, count: ask.lines });
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

  async #beforeCheck(): Promise<BeforeCheck> {
    const { store, apply, choices, paths } = this.#parts;
    const fetch = await withoutDeadCheck(await store.load(), paths);
    return { fetch, apply: await apply(), channel: (await choices.chosen()).channel };
  }

  /** What is installed by the record of it, else what the device says it had before Pawl. */
  async #inPlace(): Promise<Identity | null> {
    const current = await this.#parts.installer.current();
    if (current) return current;
    const { current_version: version } = await this.status();
    return version === null ? null : { version, manifest_sha256: null };
  }

  async #newUpdate(kind: Update["kind"], from: string | null, channel: string): Promise<Update> {
    const { paths, clock } = this.#parts;
    const now = clock.now();
    return {
      id: newUpdateId(now, await newestLogged([paths.api.log, paths.apply.log])),
      kind,
      from,
      to: null,
      channel,
      by_name: false,
      force: false,
      unattended: false,
      started_at: now.toISOString(),
      resumed: false,
      bytes_downloaded: 0,
    };
  }
}
