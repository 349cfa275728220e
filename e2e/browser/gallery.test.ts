import type { RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pages } from "../../packages/ui/gallery/pages.ts";
import { barriers } from "./lib/axe.ts";
import { startBrowser, whyNoBrowser } from "./lib/chromium.ts";
import { elementAddresses, showInGallery } from "./lib/gallery.ts";
import { settled } from "./lib/settled.ts";
import { StageServer } from "./lib/stage-server.ts";
import { DESK, PHONE, visit } from "./lib/visit.ts";

// Each element in each state, and each page: whatever somebody may come to see.

/** How many look at a time: each waits for half of its time until nothing moves. */
const AT_A_TIME = 3;
/** An element isn't a page. */
const OF_ELEMENTS: RunOptions = { rules: { "page-has-heading-one": { enabled: false } } };

const taken = new AsyncDisposableStack();
let browser: Browser;
let stage: StageServer;

describe.skipIf(whyNoBrowser !== null)("what the gallery shows", () => {
  beforeAll(async () => {
    [browser, stage] = await Promise.all([startBrowser(), StageServer.start()]);
    taken.defer(() => browser.close());
    taken.use(stage);
  });
  afterAll(() => taken.disposeAsync());

  test("each element in each state keeps nobody out, and has nothing wider than a phone", async () => {
    const addresses = await elementAddresses(browser, stage.url);
    expect(addresses.length).toBeGreaterThan(60);
    expect(await troublesOf(addresses, showInGallery, OF_ELEMENTS)).toEqual([]);
  });

  test.each(pages)("$element keeps nobody out, and has nothing wider than a phone", async ({ states, kept = {} }) => {
    const open = async (page: Page, address: string) => void (await page.goto(address));
    expect(await troublesOf(Object.values(states), open, {}, kept)).toEqual([]);
  });
});

type Open = (page: Page, address: string) => Promise<void>;

/** Each trouble once, with where it is. @param kept of an earlier visit, for the session */
async function troublesOf(
  addresses: readonly string[],
  open: Open,
  options: RunOptions,
  kept: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const known = new Set<string>();
  const left = addresses.map((address, number) => ({ address, isByDay: number % 2 === 0 }));
  const found = new Map<string, string[]>();
  const lookAtSome = async () => {
    await using visitor = await visit(browser, stage.url);
    await visitor.page.addInitScript((items) => Object.assign(sessionStorage, items), kept);
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { address, isByDay } = next;
      await open(visitor.page, address);
      const content = `${isByDay} ${await settled(visitor.page)}`;
      // Some begin alike.
      const barred = known.has(content) ? [] : await lookAt(visitor.page, options, isByDay);
      known.add(content);
      for (const trouble of [...barred, ...visitor.takeTroubles()]) {
        found.set(trouble, [...(found.get(trouble) ?? []), address]);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lookAtSome));
  return [...found].map(([trouble, [first, ...more]]) => `${trouble}, at ${first} and ${more.length} more`);
}

/** Every other one is looked at on a phone by day, the rest at a desk by night: half the time, and each element both ways. */
async function lookAt(page: Page, options: RunOptions, isByDay: boolean): Promise<string[]> {
  const wide = await tooWide(page);
  if (isByDay) return [...wide, ...(await barriers(page, options))];
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: "dark" });
  const found = await barriers(page, options);
  await page.setViewportSize(PHONE);
  await page.emulateMedia({ colorScheme: "light" });
  return [...wide, ...found.map((barrier) => `by night: ${barrier}`)];
}

async function tooWide(page: Page): Promise<string[]> {
  const [scrollWidth = 0, clientWidth = 0] = await page.evaluate(() => {
    const { documentElement: root } = document;
    return [root.scrollWidth, root.clientWidth];
  });
  return scrollWidth > clientWidth ? [`is ${scrollWidth} px wide on a phone of ${clientWidth} px`] : [];
}
