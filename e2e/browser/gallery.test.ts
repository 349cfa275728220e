import type { RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pages } from "../../packages/ui/gallery/pages.ts";
import { barriers, bringAxe } from "./lib/axe.ts";
import { startBrowser, whyNoBrowser } from "./lib/chromium.ts";
import { elementAddresses, showInGallery } from "./lib/gallery.ts";
import { settled } from "./lib/settled.ts";
import { StageServer } from "./lib/stage-server.ts";
import { DESK, PHONE, visit } from "./lib/visit.ts";

// Each element in each state, and each page: whatever somebody may come to see.

/** How many look at a time: each waits for half of its time until nothing moves. */
const AT_A_TIME = 3;
/** Some 150 things, each looked at four times: minutes, where others use the machine. In milliseconds. */
const MANY = { timeout: 600_000 };
/** An element isn't a page. */
const OF_ELEMENTS: RunOptions = { rules: { "page-has-heading-one": { enabled: false } } };
/** What is another one by night. */
const OF_COLOURS: RunOptions = { runOnly: ["color-contrast"] };

const taken = new AsyncDisposableStack();
let browser: Browser;
let stage: StageServer;

describe.skipIf(whyNoBrowser !== null)("what the gallery shows", MANY, () => {
  beforeAll(async () => {
    [browser, stage] = await Promise.all([startBrowser(), StageServer.start()]);
    taken.defer(() => browser.close());
    taken.use(stage);
  });
  afterAll(() => taken.disposeAsync());

  test("each element in each state keeps nobody out, on a phone and at a desk, by day and by night, and is never wider than the window", async () => {
    const addresses = await elementAddresses(browser, stage.url);
    expect(addresses.length).toBeGreaterThan(60);
    expect(await troublesOf(addresses, showInGallery, OF_ELEMENTS)).toEqual([]);
  });

  test.each(pages)(
    "$element keeps nobody out, on a phone and at a desk, by day and by night, and is never wider than the window",
    async ({ states, kept = {} }) => {
      const open = async (page: Page, address: string) => void (await page.goto(address));
      expect(await troublesOf(Object.values(states), open, {}, kept)).toEqual([]);
    },
  );
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
  const left = [...addresses];
  const found = new Map<string, string[]>();
  const lookAtSome = async () => {
    await using visitor = await visit(browser, stage.url);
    await bringAxe(visitor.context);
    await visitor.page.addInitScript((items) => Object.assign(sessionStorage, items), kept);
    let looks = LOOKS;
    for (let address = left.shift(); address !== undefined; address = left.shift()) {
      await open(visitor.page, address);
      const content = await settled(visitor.page);
      // Some begin alike.
      const barred = known.has(content) ? [] : await lookAt(visitor.page, options, looks);
      if (!known.has(content)) looks = looks.toReversed();
      known.add(content);
      for (const trouble of [...barred, ...visitor.takeTroubles()]) {
        found.set(trouble, [...(found.get(trouble) ?? []), address]);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lookAtSome));
  return [...found].map(([trouble, [first, ...more]]) => `${trouble}, at ${first} and ${more.length} more`);
}

interface Look {
  viewport: typeof PHONE | typeof DESK;
  colorScheme: "light" | "dark";
}

/** From each to the next one thing changes. The next page is looked at the other way round, from where one is. */
const LOOKS: readonly Look[] = [
  { viewport: PHONE, colorScheme: "light" },
  { viewport: PHONE, colorScheme: "dark" },
  { viewport: DESK, colorScheme: "dark" },
  { viewport: DESK, colorScheme: "light" },
];

/** In each width all is looked at once, and again what colours change. */
async function lookAt(page: Page, options: RunOptions, looks: readonly Look[]): Promise<string[]> {
  const found: string[] = [];
  let seen: Look["viewport"] | null = null;
  for (const { viewport, colorScheme } of looks) {
    const isNewWidth = viewport !== seen;
    if (isNewWidth && seen !== null) {
      await page.setViewportSize(viewport);
      await settled(page);
    } else if (seen !== null) await page.emulateMedia({ colorScheme });
    seen = viewport;
    const troubles = isNewWidth
      ? [...(await tooWide(page)), ...(await barriers(page, options))]
      : await barriers(page, OF_COLOURS);
    found.push(...troubles.map((trouble) => `${viewport.width} px, ${colorScheme}: ${trouble}`));
  }
  return found;
}

async function tooWide(page: Page): Promise<string[]> {
  const [scrollWidth = 0, clientWidth = 0] = await page.evaluate(() => {
    const { documentElement: root } = document;
    return [root.scrollWidth, root.clientWidth];
  });
  return scrollWidth > clientWidth ? [`is ${scrollWidth} px wide`] : [];
}
