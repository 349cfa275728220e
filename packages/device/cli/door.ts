import type { Outcome, Status, UpdateEvent } from "@pawl/protocol";

export interface LogLine {
  at: string;
  level: "info" | "warn" | "error";
  line: string;
}

/** One app, as the commands use it: through the daemon when one runs, else the engine in this process. Both say the same. */
export interface Door {
  /** The app's name for people. */
  readonly title: string;
  status(): Promise<Status>;
  /** Asks the source, and returns when it has answered. */
  check(ask: { force: boolean }): Promise<Status>;
  install(ask: { force: boolean; version?: string | undefined }): Promise<{ update_id: string }>;
  rollback(ask: { version?: string | undefined }): Promise<{ update_id: string }>;
  cancel(): Promise<{ message: string }>;
  /** The events of an update from its start, until it has ended or only waits for its window. */
  follow(updateId: string, signal: AbortSignal): AsyncIterable<UpdateEvent>;
  log(ask: { id?: string | undefined; lines?: number | undefined }): Promise<LogLine[]>;
  history(limit?: number): Promise<Outcome[]>;
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
