import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterEach, expect } from "vitest";
import { type Visit, type VisitOptions, visit } from "./visit.ts";

/** A folder for what was seen when a test failed. */
const PICTURES = process.env.PAWL_TEST_PICTURES;

/**
 * Those who visit a site during a test of this file: at its end they leave, and nothing may have gone wrong that only the
 * console tells of.
 */
export function visitors(browser: () => Browser): (baseURL: string, options?: VisitOptions) => Promise<Visit> {
  const here: Visit[] = [];
  afterEach(async ({ task }) => {
    const left = here.splice(0);
    if (task.result?.state === "fail" && PICTURES !== undefined) {
      const path = (number: number) => join(PICTURES, `${task.id}-${number}.png`);
      for (const [number, { page }] of left.entries()) await page.screenshot({ path: path(number) });
    }
    const troubles = left.flatMap((each) => each.takeTroubles());
    await Promise.all(left.map((each) => each[Symbol.asyncDispose]()));
    expect(troubles).toEqual([]);
  });
  return async (baseURL, options) => {
    const visitor = await visit(browser(), baseURL, options);
    here.push(visitor);
    return visitor;
  };
}
