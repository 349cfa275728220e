import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** In a page from its next load on, where the page's own policy has no say. */
export async function bringAxe(page: Page): Promise<void> {
  await page.addInitScript({ path: AXE });
}

/** What keeps somebody from using the page, each by its rule and where: `color-contrast at pawl-update-chip button`. */
export async function barriers(page: Page, options: RunOptions = {}): Promise<string[]> {
  const { violations } = await page.evaluate(
    (asked): Promise<AxeResults> => (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run(asked),
    { resultTypes: ["violations"], ...options } satisfies RunOptions,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = "" }) => `${id} at ${target.flat().join(" ")}: ${oneLine(failureSummary)}`),
  );
}

function oneLine(summary: string): string {
  return summary.replace(/^Fix .*:/gm, "").replaceAll(/\s+/g, " ").trim();
}
