import { html } from "hono/html";
import type { ServerParts } from "../parts.ts";
import { type Html, sendPage } from "./layout.ts";

const ROWS = 15;

/** `/stats`: what happens on this server. */
export async function statsPage(request: Request, { stats, version }: ServerParts): Promise<Response> {
  const [checks, builds, builds24h, packages, targets] = await Promise.all([
    stats.upgradeChecksPerDay(),
    stats.buildsPerDay(),
    stats.builds24h(),
    stats.topPackages(ROWS),
    stats.popularTargets(ROWS),
  ]);
  const content = html`
    <section aria-label="Now">
      <dl>
        <dt>Builds that wait</dt><dd>${stats.queueLength()}</dd>
        <dt>Built in the last 24 hours</dt><dd>${builds24h}</dd>
      </dl>
    </section>
    ${chart("Upgrade checks a day", checks)}
    ${chart(
      "Builds asked for a day",
      builds.map(({ day, requests }) => ({ day, count: requests })),
    )}
    ${table("Packages asked for most, last 30 days", "Package", packages)}
    ${table(
      "Targets built most",
      "Target",
      targets.map(({ target, count }) => ({ name: target, count })),
    )}`;
  return sendPage(request, "Figures of this server", version, content);
}

interface Day {
  day: Date;
  count: number;
}

/** Bars for the eye; the figures for everybody. Without a script or a style of its own, which no page here may have. */
function chart(title: string, days: readonly Day[]): Html {
  const most = Math.max(...days.map(({ count }) => count), 0);
  if (most === 0) return html`<section><h2>${title}</h2><p class="quiet">None in the last 30 days.</p></section>`;
  const bars = days.map(({ day, count }, at) => {
    const height = Math.round((count / most) * 100);
    return html`<rect x="${at * 10}" y="${100 - height}" width="8" height="${height}"><title>${dayOf(day)}: ${count}</title></rect>`;
  });
  const rows = days.map(({ day, count }) => ({ name: dayOf(day), count })).reverse();
  return html`
    <section>
      <h2>${title}</h2>
      <svg viewBox="0 0 ${days.length * 10} 100" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
      <details><summary>The figures</summary>${rowsOf("Day (UTC)", rows)}</details>
    </section>`;
}

interface Row {
  name: string;
  count: number;
}

function table(title: string, label: string, rows: readonly Row[]): Html {
  return html`
    <section>
      <h2>${title}</h2>
      ${rows.length === 0 ? html`<p class="quiet">Nothing has been counted yet.</p>` : rowsOf(label, rows)}
    </section>`;
}

function rowsOf(label: string, rows: readonly Row[]): Html {
  return html`<table>
    <thead><tr><th scope="col">${label}</th><th scope="col">Count</th></tr></thead>
    <tbody>${rows.map(({ name, count }) => html`<tr><td>${name}</td><td>${count}</td></tr>`)}</tbody>
  </table>`;
}

function dayOf(day: Date): string {
  return day.toISOString().slice(0, 10);
}
