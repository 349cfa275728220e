import { appendFileSync, closeSync, constants, mkdirSync, openSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import type { LoggedEvent, UpdateEvent } from "@pawl/protocol";
import { namesIn } from "./atomic-file.ts";
import { jsonOrNull } from "./record.ts";
import { readHeadSync } from "./untrusted-file.ts";

/** How many updates' logs stay on disk. */
const KEPT_LOGS = 20;

/** From here on a log, counted in events, grows only by what matters; a program that floods it can't fill the disk. */
const MOST_LINES = 20_000;

/** The same, counted in bytes. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Of a log no more is read: with what matters, ours are far from that. */
const READ_BYTES = 2 * MOST_BYTES;

/** No link is followed, and a FIFO without a reader is an error: nobody else's file is written to. */
const APPEND =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A line for people, as it was logged. */
export interface LoggedLine {
  at: string;
  level: "info" | "warn" | "error";
  line: string;
}

/**
 * What one side writes of one update: a line of JSON per event, in the order in which they happened. Lines go to the
 * kernel at once, so that watchers in other processes see them, and are not forced to the disk one by one: a log that
 * a power cut shortened is a nuisance, a worn-out SD card is the end.
 */
export class UpdateLog {
  readonly #path: string;
  #lines: number;
  #bytes: number;
  /** Of a flood only the last line before another event is written: so the update's last words are there. */
  #held: string | null = null;
  /** The file ends in half a line: from a power cut, or because the disk was full. */
  #isTorn: boolean;

  /** Makes the folder when it is missing. */
  constructor(dir: string, updateId: string) {
    this.#path = logPath(dir, updateId);
    makeFolder(dir);
    const text = readText(this.#path);
    this.#lines = text.split("\n").length - 1;
    this.#bytes = Buffer.byteLength(text);
    this.#isTorn = text !== "" && !text.endsWith("\n");
  }

  append(event: UpdateEvent, at: Date): void {
    const text = `${JSON.stringify({ at: at.toISOString(), event } satisfies LoggedEvent)}\n`;
    const isFlooded = this.#lines >= MOST_LINES || this.#bytes >= MOST_BYTES;
    if (isFlooded && event.type === "line") {
      this.#held = text;
      return;
    }
    this.#write(`${this.#held ?? ""}${text}`);
    this.#held = null;
    this.#lines++;
  }

  #write(text: string): void {
    try {
      const file = openSync(this.#path, APPEND, 0o644);
      try {
        appendFileSync(file, this.#isTorn ? `\n${text}` : text);
      } finally {
        closeSync(file);
      }
      this.#isTorn = false;
      this.#bytes += Buffer.byteLength(text);
    } catch {
      // A full disk must not turn a log line into the reason for which an update fails. Half of it may be written.
      this.#isTorn = true;
    }
  }
}

/** All events of an update, first those of the unprivileged side, then root's: the first side is done when the other begins. */
export function readLog(dirs: readonly string[], updateId: string): LoggedEvent[] {
  return dirs.flatMap((dir) => loggedEvents(readText(logPath(dir, updateId))));
}

/** The events in whole lines of a log; what a power cut left of others is passed over. */
export function loggedEvents(text: string): LoggedEvent[] {
  return text
    .split("\n")
    .map((line) => jsonOrNull(line) as LoggedEvent | null)
    .filter((line): line is LoggedEvent => typeof line?.event?.type === "string")
    .map(withinBounds);
}

/** The update that has a log and began last, or null. Ids sort by time. */
export async function newestLogged(dirs: readonly string[]): Promise<string | null> {
  return dirs.flatMap(loggedIds).sort().at(-1) ?? null;
}

/** What an update has said in words, oldest first: the named one, else the newest; at most the last `count` lines. */
export async function loggedLines(
  dirs: readonly string[],
  { id, count = Number.POSITIVE_INFINITY }: { id?: string | undefined; count?: number | undefined },
): Promise<LoggedLine[]> {
  const update = id ?? (await newestLogged(dirs));
  if (update === null) return [];
  const lines = readLog(dirs, update).flatMap(({ at, event }) =>
    event.type === "line" ? [{ at, level: event.level, line: event.line }] : [],
  );
  return lines.slice(Math.max(0, lines.length - count));
}

/** Removes the logs of updates long past. */
export async function pruneLogs(dir: string): Promise<void> {
  const ids = loggedIds(dir).sort().slice(0, -KEPT_LOGS);
  await Promise.all(ids.map((id) => unlink(logPath(dir, id)).catch(() => undefined)));
}

export function logPath(dir: string, updateId: string): string {
  return join(dir, `${updateId}.jsonl`);
}

function loggedIds(dir: string): string[] {
  return namesIn(dir).flatMap((name) => (name.endsWith(".jsonl") ? [name.slice(0, -".jsonl".length)] : []));
}

/** Both sides read each other's logs: a percent that is none would go on into everything that is counted from it. */
function withinBounds(logged: LoggedEvent): LoggedEvent {
  const { event } = logged;
  if (event.type !== "progress") return logged;
  const percent = Number.isFinite(event.percent) ? Math.min(100, Math.max(0, event.percent)) : 0;
  return { ...logged, event: { ...event, percent } };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
  } catch {
    // As for writing: no reason for which an update fails.
  }
}

function readText(path: string): string {
  return readHeadSync(path, READ_BYTES).toString("utf8");
}
