import { styleText } from "node:util";
import type { DestinationStream } from "pino";

/** What stands at the beginning of a line already. */
const SAID = new Set(["level", "time", "part", "msg", "err"]);

const COLOURS: Readonly<Record<string, "red" | "yellow" | "green" | "gray">> = {
  fatal: "red",
  error: "red",
  warn: "yellow",
  info: "green",
  debug: "gray",
};

/** Turns lines of JSON into ones for people: `12:04:09 warn  catalog: mirror is down  path=releases/24.10.1 status=503`. */
export function humanLines(destination: DestinationStream, { colour }: { colour: boolean }): DestinationStream {
  return { write: (line) => destination.write(humanLine(line, colour)) };
}

/** One event. What isn't JSON stays as it is. */
export function humanLine(line: string, colour: boolean): string {
  const event = parse(line);
  if (event === null) return line;
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const level = String(event.level);
  const part = typeof event.part === "string" ? `${plain(event.part)}: ` : "";
  const fields = Object.entries(event)
    .filter(([name]) => !SAID.has(name))
    .map(([name, value]) => `${plain(name)}=${word(value)}`);
  const text = [
    paint("gray", timeOf(event.time)),
    paint(COLOURS[level] ?? "gray", level.padEnd(5)),
    `${part}${plain(String(event.msg ?? ""))}`,
    ...(fields.length > 0 ? [paint("gray", fields.join(" "))] : []),
  ].join(" ");
  return `${text}${fault(event.err, level)}\n`;
}

/** What has failed, whole where it is our own fault. */
function fault(err: unknown, level: string): string {
  if (typeof err !== "object" || err === null) return "";
  const { message = "", stack } = err as { message?: unknown; stack?: unknown };
  if ((level === "error" || level === "fatal") && typeof stack === "string") {
    return `\n${stack
      .split("\n")
      .map((line) => `    ${plain(line)}`)
      .join("\n")}`;
  }
  return `: ${plain(String(message))}`;
}

function timeOf(time: unknown): string {
  const date = new Date(String(time));
  return Number.isNaN(date.getTime()) ? "" : date.toTimeString().slice(0, 8);
}

function word(value: unknown): string {
  if (typeof value === "string" && /^[^\s"=]+$/.test(value)) return plain(value);
  return plain(JSON.stringify(value) ?? "");
}

/** Without what would move a terminal's cursor: names come from mirrors and clients. */
function plain(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null ? { ...event } : null;
  } catch {
    return null;
  }
}
