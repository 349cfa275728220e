import type { Browser, Page } from "playwright-core";
import { visit } from "./visit.ts";

/** It stands in a line, so that all of its states are on one page. */
const CHIP = "/gallery/?element=pawl-update-chip";

/** Addresses of every element in every state. */
export async function elementAddresses(browser: Browser, url: string): Promise<string[]> {
  await using gallery = await visit(browser, url);
  await gallery.page.goto(CHIP);
  const alone = await gallery.page.evaluate(() => {
    type Gallery = HTMLElement & { addresses(options: { pages: boolean }): string[] };
    const all = document.querySelector<Gallery>("pawl-gallery")?.addresses({ pages: false }) ?? [];
    return all.map((address) => address.slice(location.origin.length));
  });
  return [CHIP, ...alone.filter((address) => !address.startsWith(CHIP))];
}

/** Shows another address of the gallery, without loading the page again, which would take longer than looking at it. */
export async function showInGallery(page: Page, address: string): Promise<void> {
  if (!page.url().includes("/gallery/")) await page.goto(CHIP);
  await page.evaluate((next) => {
    history.replaceState(null, "", next);
    document.querySelector("pawl-gallery")?.replaceWith(document.createElement("pawl-gallery"));
  }, address);
}
