/** Tells others what has happened (`notify` in `pawl.yaml`): at least once each, keyed by update and event. */
export interface Notices {
  /** Notes durably what is to be told by now and wasn't yet. Cheap when there is nothing. Reads files only. Never rejects: no update fails because of it. */
  note(): Promise<void>;
  /** Tells what was noted; what can't be delivered now is tried again by a later process. Never rejects but with the signal's reason. */
  deliver(signal: AbortSignal): Promise<void>;
}
