import { html } from "lit";
import "../elements/pawl-log.ts";
import type { LogViewLine } from "../elements/log/log-line.ts";
import type { GalleryEntry } from "./entry.ts";

const TONES = [null, null, null, null, "note", "warn", null, "error"] as const;
const TEXTS = [
  "Downloading 2.4.0 (14.2 MB)",
  "Verifying the signature and the download",
  "Unpacking 2.4.0 (312 files)",
  `a-path/without/an/end/${"and-so-on/".repeat(30)}`,
  "Going on after an interruption",
  "http://127.0.0.1/ answered 502",
  '<img src=x onerror="globalThis.wasRun = true">',
  "2.4.0 was started but doesn't work",
] as const;

export const log: GalleryEntry = {
  kind: "element",
  element: "pawl-log",
  about: "The lines of a log, to be followed and searched",
  height: 640,
  states: {
    some: () => html`<pawl-log .lines=${lines(40)}></pawl-log>`,
    following: () => html`<pawl-log .lines=${lines(40)} following></pawl-log>`,
    "a line that is marked": () =>
      html`<pawl-log .lines=${lines(400)} .line=${207} .hrefOf=${(line: number) => `#${line}`}></pawl-log>`,
    "50,000 lines": () => html`<pawl-log .lines=${lines(50_000)}></pawl-log>`,
    short: () => html`<pawl-log .lines=${lines(3)}></pawl-log>`,
    none: () => html`<pawl-log .lines=${[]}></pawl-log>`,
    "on their way": () => html`<pawl-log .lines=${[]} isLoading></pawl-log>`,
  },
};

function lines(count: number): LogViewLine[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index,
    text: TEXTS[index % TEXTS.length] ?? "",
    tone: TONES[index % TONES.length] ?? null,
  }));
}
