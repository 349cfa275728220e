import type {
  ChangelogAnswer,
  ChannelsAnswer,
  Outcome,
  SettingsAnswer,
  SettingsBody,
  Status,
  UpdateEvent,
} from "@pawl/protocol";

export interface LogLine {
  at: string;
  level: "info" | "warn" | "error";
  line: string;
}

/** An answer of the API without its envelope. */
export type Answer<T> = Omit<T, "success">;

/** One app, as the commands use it: through the daemon when one runs, else the engine in this process. Both say the same. */
export interface Door {
  /** The app's name for people. */
  readonly title: string;
  status(): Promise<Status>;
  /** Asks the source, and returns when it has answered; `cached`: it wasn't asked, a fresh answer was there. */
  check(ask: { force: boolean }): Promise<{ status: Status; cached: boolean }>;
  install(ask: { force: boolean; version?: string | undefined }): Promise<{ update_id: string }>;
  rollback(ask: { version?: string | undefined }): Promise<{ update_id: string }>;
  cancel(): Promise<{ message: string }>;
  /** What the owner may change, as it stands. */
  settings(): Promise<Answer<SettingsAnswer>>;
  /** Only what is named changes; null goes back to `pawl.yaml`. */
  changeSettings(changes: SettingsBody): Promise<Answer<SettingsAnswer>>;
  /** Gives the version that is skipped from now on. */
  skip(ask: { version: string; skip: boolean }): Promise<string | null>;
  /** The owner has seen how the last update ended. Gives what is left to see. */
  seen(): Promise<Status["last_result"]>;
  channels(): Promise<Answer<ChannelsAnswer>>;
  /** `force`: without asking the source whether it has it. */
  setChannel(ask: { channel: string; force: boolean }): Promise<void>;
  changelog(ask: { channel?: string | undefined; max?: number | undefined }): Promise<Answer<ChangelogAnswer>>;
  /**
   * The events of an update from its start, until it has ended or only waits for its window. `onAway` is called when who
   * tells them has been away for a while.
   */
  follow(updateId: string, signal: AbortSignal, onAway: () => void): AsyncIterable<UpdateEvent>;
  log(ask: { id?: string | undefined; lines?: number | undefined }): Promise<LogLine[]>;
  history(limit?: number): Promise<Outcome[]>;
  /** By the order of versions that this app has. */
  isOlder(version: string, than: string): boolean;
  /** What Ctrl-C means while an update is followed: it ends with this process, or goes on without it. */
  readonly endsWithUs: boolean;
  close(): Promise<void>;
}

/** What only the engine in this process offers. */
export interface LocalDoor extends Door {
  install(ask: {
    force: boolean;
    version?: string | undefined;
    /** Nobody is watching: it waits for the maintenance window. */
    unattended?: boolean;
  }): Promise<{ update_id: string }>;
  /** Goes on, in the background, with what a dead process left or what has waited for its time; false: there was nothing. */
  resume(): Promise<boolean>;
  /** Ends when the background work has ended. Throws what broke it, and the signal's reason on Ctrl-C, which ends it. */
  settled(): Promise<void>;
}
