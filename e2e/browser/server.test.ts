import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServedServer, serveMiniature } from "../../packages/server/testing/index.ts";
import { builder as words } from "../../packages/ui/words/en/builder.ts";
import { console as consoleWords } from "../../packages/ui/words/en/console.ts";
import { startBrowser, whyNoBrowser } from "./lib/chromium.ts";
import { DESK } from "./lib/visit.ts";
import { visitors } from "./lib/visitors.ts";
import { Wire } from "./lib/wire.ts";

// The real server with a real worker, which really builds: as the owner of a router sees it on a phone, and its operator at a desk.

const taken = new AsyncDisposableStack();
let browser: Browser;
let server: ServedServer;
let wire: Wire;
const visit = visitors(() => browser);

describe.skipIf(whyNoBrowser !== null)("the pages of a real server", () => {
  beforeAll(async () => {
    [browser, server] = await Promise.all([startBrowser(), serveMiniature({ builds: true })]);
    taken.use(server);
    taken.defer(() => browser.close());
    wire = taken.use(await Wire.lay(server.url));
  });
  afterAll(() => taken.disposeAsync());

  test("lead from a device's name to its image with two packages more, over a network that is cut and a reload", async () => {
    const { page } = await visit(wire.url, { isTouched: true });
    await page.goto("/");
    await choose(page, words.start.field, "archer c7", /Archer C7 v2/);
    for (const name of ["luci", "tcpdump"]) await choose(page, words.packages.add, name, new RegExp(`^${name}\\b`));
    const address = page.url();
    await page.getByRole("button", { name: words.bar.build }).click();
    await page.getByText(words.run.close).waitFor();
    expect(page.url()).not.toBe(address);

    wire.cut();
    await page
      .getByText(/Reconnecting/)
      .first()
      .waitFor();
    wire.mend();
    await page.reload();
    await page.getByText(words.result.heading).first().waitFor();

    const link = page.getByRole("link", { name: /^Download sysupgrade/ });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const image = await readFile(await download.path());
    await page.getByText(createHash("sha256").update(image).digest("hex")).first().waitFor();
  });

  test("tell the operator what is going on, once they have signed in", async () => {
    const { page } = await visit(wire.url, { viewport: DESK });
    await page.goto("/console/builds");
    await page.getByLabel(consoleWords.signIn.token).fill(await server.tokenFor("admin"));
    await page.getByRole("button", { name: consoleWords.signIn.submit, exact: true }).click();
    await page.getByRole("link", { name: "tplink_archer-c7-v2" }).first().click();
    await page.getByRole("link", { name: consoleWords.build.tabs.request }).click();
    await page
      .getByText(/tcpdump/)
      .first()
      .waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/console\/builds\/[0-9a-f]{32}$/);
  });
});

/** Types into a field that finds as one types, and takes what it found. */
async function choose(page: Page, field: string, typed: string, option: RegExp): Promise<void> {
  await page.getByRole("combobox", { name: field }).fill(typed);
  await page.getByRole("option", { name: option }).first().click();
}
