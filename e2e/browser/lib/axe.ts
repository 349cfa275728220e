import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { RunOptions } from "axe-core";
import type { BrowserContext, Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Style sheets and media, which it would load once more, are for rules of which none is asked here. */
const WANTED: RunOptions = { resultTypes: ["violations"], preload: false };

/** Into each page from now on, before its own scripts and by a way on which the page's policy has no say. */
export async function bringAxe(context: BrowserContext): Promise<void> {
  await context.addInitScript(AXE);
}

/** What keeps somebody from using the page, each rule with the first place where: `color-contrast at pawl-update-chip button`. */
export async function barriers(page: Page, options: RunOptions = {}): Promise<string[]> {
  const found = await page.evaluate(firstOfEach, { ...WANTED, ...options });
  return found.map(({ id, target, others, summary }) => {
    const more = others > 0 ? ` and ${others} more there` : "";
    return `${id} at ${target}${more}: ${oneLine(summary)}`;
  });
}

/** In the page: of all that axe has to say only this is carried out of it, since that takes as long as to find it. */
async function firstOfEach(options: RunOptions) {
  const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
  const { violations } = await axe.run({ exclude: rowsLikeOthers(document) }, options);
  return violations.map(({ id, nodes }) => {
    const [{ target = [], failureSummary = "" } = {}] = nodes;
    return { id, target: target.flat().join(" "), others: nodes.length - 1, summary: failureSummary };
  });

  /** Of a long table, those behind the first thirty, within elements too. */
  function rowsLikeOthers(root: Document | ShadowRoot): Element[] {
    const within = [...root.querySelectorAll("*")].flatMap(({ shadowRoot }) =>
      shadowRoot ? rowsLikeOthers(shadowRoot) : [],
    );
    return [...root.querySelectorAll("tbody > tr:nth-child(n + 31)"), ...within];
  }
}

function oneLine(summary: string): string {
  return summary
    .replace(/^Fix .*:/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
