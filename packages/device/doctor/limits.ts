/** A single program of the system's, or a single look at an app, may take this long, in milliseconds. */
export const LOOK_MS = 5_000;
