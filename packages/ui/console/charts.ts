import { dayFigures, durationClasses, versionFigures } from "../data/console-figures.ts";
import type { Figures } from "../data/console-reads.ts";
import type { ChartSpec } from "../elements/chart/chart-spec.ts";
import { words } from "../words/console.ts";
import { duration, number, shortDay } from "../words/format.ts";
import type { Here } from "./here.ts";

const { overview } = words;
/** Of versions, the figures of so many weeks count. */
const WEEKS = 4;
/** So many bars are below each other at most. */
const MOST = 10;

export function daysChart({ items }: Figures["days"]): ChartSpec {
  const days = dayFigures(items);
  return {
    kind: "columns",
    labelTitle: overview.day,
    labels: days.map(({ day }) => shortDay(day)),
    series: [
      { label: overview.hits, values: days.map(({ hits }) => hits), tone: "quiet" },
      { label: overview.built, values: days.map(({ built }) => built), tone: "accent" },
      { label: overview.failed, values: days.map(({ failures }) => failures), tone: "warn" },
    ],
    format: number,
  };
}

export function packagesChart({ items }: Figures["packages"]): ChartSpec {
  return bars(
    overview.package,
    items.map(({ name, count }) => ({ label: name, count })),
    overview.requests,
  );
}

/** Each leads to its builds. */
export function targetsChart({ items }: Figures["targets"], { router }: Here): ChartSpec {
  const shown = items.slice(0, MOST);
  return {
    ...bars(
      overview.target,
      shown.map(({ target, count }) => ({ label: target, count })),
      overview.count,
    ),
    hrefs: shown.map(({ target }) => router.href("builds", { target })),
    more: [
      {
        label: overview.average,
        values: shown.map(({ build_seconds }) => (build_seconds === null ? "–" : duration(build_seconds))),
      },
    ],
  };
}

export function versionsChart(versions: Figures["versions"], { router }: Here): ChartSpec {
  const shown = versionFigures(versions, WEEKS).slice(0, MOST);
  return {
    ...bars(
      overview.version,
      shown.map(({ version, builds }) => ({ label: version, count: builds })),
      overview.count,
    ),
    hrefs: shown.map(({ version }) => router.href("builds", { version })),
  };
}

export function failuresChart({ items }: Figures["failures"]): ChartSpec {
  const shown = items.map(({ name, count }) => ({ label: words.code[name] ?? name, count }));
  const chart = bars(overview.cause, shown, overview.count);
  return { ...chart, series: chart.series.map((each) => ({ ...each, tone: "warn" })) };
}

export function clientsChart({ items }: { items: readonly { name: string; count: number }[] }): ChartSpec {
  return bars(
    overview.program,
    items.map(({ name, count }) => ({ label: name, count })),
    overview.requests,
  );
}

export function durationsChart(durations: Figures["durations"]): ChartSpec {
  const classes = durationClasses(durations);
  return {
    kind: "columns",
    labelTitle: overview.took,
    labels: classes.map(({ seconds }) => duration(seconds)),
    series: [{ label: overview.count, values: classes.map(({ builds }) => builds), tone: "accent" }],
    format: number,
  };
}

function bars(labelTitle: string, items: readonly { label: string; count: number }[], label: string): ChartSpec {
  const shown = items.slice(0, MOST);
  return {
    kind: "bars",
    labelTitle,
    labels: shown.map((each) => each.label),
    series: [{ label, values: shown.map(({ count }) => count), tone: "accent" }],
    format: number,
  };
}
