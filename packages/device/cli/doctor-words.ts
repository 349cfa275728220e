import type { Config } from "@pawl/protocol";
import type { Reading, Verdict } from "../doctor/index.ts";
import type { Style, Tone } from "./style.ts";

/** How each line begins: the sign says the same as its colour. */
const SIGN: Record<Verdict, { sign: string; tone: Tone }> = {
  ok: { sign: "✓", tone: "accent" },
  warning: { sign: "!", tone: "warn" },
  trouble: { sign: "✗", tone: "danger" },
};

export interface DoctorView {
  config: Config | null;
  style: Style;
  /** Whoever asked may do anything. */
  isRoot: boolean;
}

/** What was found, in a line each, below whose it is; what to do is right below what is wrong. Pure. */
export function doctorWords(readings: readonly Reading[], { config, style, isRoot }: DoctorView): string {
  const whose = [...new Set(readings.map(({ app }) => app))];
  const groups = whose.map((app) => {
    const title = app === null ? "This device" : (config?.apps[app]?.title ?? app);
    const lines = readings.filter((reading) => reading.app === app).map((reading) => lineOf(reading, style, isRoot));
    return `${style.strong(title)}\n${lines.join("")}`;
  });
  return `${groups.join("\n")}\n${summary(readings, style)}\n`;
}

function lineOf({ ok, title, detail, fix }: Reading, style: Style, isRoot: boolean): string {
  const { sign, tone } = SIGN[ok];
  const words = ok === "ok" ? title : style[tone](title);
  const more = ok === "ok" || detail === null ? "" : `      ${style.quiet(detail.replace(/\n/g, "\n      "))}\n`;
  // Root needs no sudo, and may not have it.
  const todo = fix === null ? "" : `      ${isRoot ? fix.replace(/\bsudo (?=pawl|systemctl|service)/g, "") : fix}\n`;
  return `  ${style[tone](sign)} ${words}\n${todo}${more}`;
}

function summary(readings: readonly Reading[], style: Style): string {
  const count = (verdict: Verdict) => readings.filter(({ ok }) => ok === verdict).length;
  const [troubles, warnings] = [count("trouble"), count("warning")];
  const words = [
    ...(troubles > 0 ? [style.danger(troubles === 1 ? "1 trouble" : `${troubles} troubles`)] : []),
    ...(warnings > 0 ? [style.warn(warnings === 1 ? "1 warning" : `${warnings} warnings`)] : []),
  ];
  return words.length === 0 ? style.accent("All is well.") : `${words.join(" and ")}.`;
}
