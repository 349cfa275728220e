import type { Reading, Verdict } from "../doctor/index.ts";
import { harmless, type Io, type Tone } from "./io.ts";

/** How each line begins: the sign says the same as its colour. */
const SIGN: Readonly<Record<Verdict, { sign: string; tone: Tone }>> = {
  ok: { sign: "✓", tone: "good" },
  warning: { sign: "!", tone: "warn" },
  trouble: { sign: "✗", tone: "bad" },
};

/** What was found, in a line each; what to do is right below what is wrong. Pure. */
export function doctorWords(readings: readonly Reading[], io: Pick<Io, "paint">): string {
  const lines = readings.map(({ ok, title, detail, fix }) => {
    const { sign, tone } = SIGN[ok];
    const words = ok === "ok" ? harmless(title) : io.paint(tone, harmless(title));
    const todo = fix === null ? "" : `    ${harmless(fix)}\n`;
    const more = ok === "ok" || detail === null ? "" : `    ${io.paint("quiet", harmless(detail))}\n`;
    return `${io.paint(tone, sign)} ${words}\n${todo}${more}`;
  });
  return `${lines.join("")}\n${summary(readings, io)}\n`;
}

function summary(readings: readonly Reading[], io: Pick<Io, "paint">): string {
  const count = (verdict: Verdict) => readings.filter(({ ok }) => ok === verdict).length;
  const [troubles, warnings] = [count("trouble"), count("warning")];
  const words = [
    ...(troubles > 0 ? [io.paint("bad", troubles === 1 ? "1 trouble" : `${troubles} troubles`)] : []),
    ...(warnings > 0 ? [io.paint("warn", warnings === 1 ? "1 warning" : `${warnings} warnings`)] : []),
  ];
  return words.length === 0 ? io.paint("good", "All is well.") : `${words.join(" and ")}.`;
}
