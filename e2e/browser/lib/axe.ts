import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Into the page as it is now, by a way on which the page's own policy has no say. */
async function bringAxe(page: Page): Promise<void> {
  if (await page.evaluate(() => "axe" in globalThis)) return;
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: AXE });
  await session.detach();
}

/** What keeps somebody from using the page, each rule with the first place where: `color-contrast at pawl-update-chip button`. */
export async function barriers(page: Page, options: RunOptions = {}): Promise<string[]> {
  await bringAxe(page);
  const { violations } = await page.evaluate(
    (asked): Promise<AxeResults> => (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run(asked),
    { resultTypes: ["violations"], ...options } satisfies RunOptions,
  );
  return violations.map(({ id, nodes }) => {
    const [{ target = [], failureSummary = "" } = {}, ...others] = nodes;
    const more = others.length > 0 ? ` and ${others.length} more there` : "";
    return `${id} at ${target.flat().join(" ")}${more}: ${oneLine(failureSummary)}`;
  });
}

function oneLine(summary: string): string {
  return summary
    .replace(/^Fix .*:/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
