import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builder } from "../../packages/ui/words/en/builder.ts";
import { chip } from "../../packages/ui/words/en/chip.ts";
import { console as consoleWords } from "../../packages/ui/words/en/console.ts";
import { device } from "../../packages/ui/words/en/device.ts";
import { dialog } from "../../packages/ui/words/en/dialog.ts";
import { table } from "../../packages/ui/words/en/table.ts";
import { startBrowser, whyNoBrowser } from "./lib/chromium.ts";
import { focusOf, tabTo } from "./lib/keyboard.ts";
import { StageServer } from "./lib/stage-server.ts";
import { DESK } from "./lib/visit.ts";
import { visitors } from "./lib/visitors.ts";

// By keyboard alone: nothing here may be clicked. And what others have written, some of whom mean harm; and what is missing.

/** So many times as fast as in life. */
const SPEED = 40;

const taken = new AsyncDisposableStack();
let browser: Browser;
let stage: StageServer;
const visit = visitors(() => browser);

describe.skipIf(whyNoBrowser !== null)("the pages on the stand-in", () => {
  beforeAll(async () => {
    [browser, stage] = await Promise.all([startBrowser(), StageServer.start()]);
    taken.defer(() => browser.close());
    taken.use(stage);
  });
  afterAll(() => taken.disposeAsync());

  test("by keyboard alone one updates an app from somebody else's dashboard, and is where one was afterwards", async () => {
    stage.begin("device", "available", SPEED);
    const { page } = await visit(stage.url, { viewport: DESK });
    await page.goto("/embed~available/one-app.html");
    await page.getByRole("button", { name: chip.available }).waitFor();
    await tabTo(page, chip.available);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await tabTo(page, dialog.overview.install("2.4.0"));
    await page.keyboard.press("Enter");
    await page.getByText(dialog.ended.nowOn("2.4.0")).first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(async () => (await focusOf(page)).name).toContain(chip.upToDate);
  });

  test("by keyboard alone one finds one's router, adds a package, and has an image built", async () => {
    stage.begin("server", "normal", SPEED);
    const { page } = await visit(stage.url, { viewport: DESK });
    await page.goto("/sites/server~normal/");
    await page.getByRole("combobox", { name: builder.start.field }).waitFor();
    await tabTo(page, builder.start.field);
    await page.keyboard.type("archer c7 v2");
    await page.getByRole("option", { name: /Archer C7 v2/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("combobox", { name: builder.packages.add }).waitFor();
    await tabTo(page, builder.packages.add);
    await page.keyboard.type("tcpdump");
    await page
      .getByRole("option", { name: /^tcpdump/ })
      .first()
      .waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: builder.packages.remove("tcpdump"), exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await tabTo(page, builder.bar.build);
    await page.keyboard.press("Enter");
    await page.getByText(builder.result.heading).first().waitFor();
    await tabTo(page, /^Download sysupgrade/);
  });

  test("by keyboard alone one signs in to the console, and looks at a build", async () => {
    const { page } = await visit(stage.url, { viewport: DESK });
    await page.goto("/sites/server~builds-many/console/sign-in");
    await page.getByLabel(consoleWords.signIn.token).waitFor();
    await tabTo(page, /^Token$/);
    await page.keyboard.type("pawl_stand-in");
    await page.keyboard.press("Enter");
    await page.getByText(consoleWords.health.heading.well).first().waitFor();
    await tabTo(page, consoleWords.nav.builds);
    await page.keyboard.press("Enter");
    await page.getByRole("row").nth(1).waitFor();
    await tabTo(page, consoleWords.builds.search);
    await tabTo(page, /^\w+_[\w-]+$/);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: consoleWords.build.tabs.request }).waitFor();
    await tabTo(page, consoleWords.build.tabs.request);
    await page.keyboard.press("Enter");
    await page.getByText(consoleWords.build.packagesAsked).waitFor();
  });

  test("release notes of somebody who means harm are words", async () => {
    const { page } = await visit(stage.url);
    await page.goto("/gallery/?element=pawl-update-dialog&state=available-hostile");
    await page.getByText("Very good news").waitFor();
    await page.getByText("a link").first().waitFor();
    const harmful =
      "script, iframe, object, form:has([name=token]), img, [onclick], [onload], [href^=javascript], [href^=data]";
    expect(await page.getByRole("dialog").locator(harmful).count()).toBe(0);
    expect(await page.evaluate(() => "wasRun" in globalThis)).toBe(false);
  });

  test("the description of a package by somebody who means harm is words", async () => {
    const { page } = await visit(stage.url);
    await page.goto("/sites/server~normal/?version=25.12.1&target=ath79/generic&profile=tplink_archer-c7-v2");
    await page.getByRole("combobox", { name: builder.packages.add }).fill("hostile-description");
    await page.getByText("<img src=x onerror=").first().waitFor();
    expect(await page.evaluate(() => "wasRun" in globalThis)).toBe(false);
  });

  test("what a page couldn't load is said, and what it is about can be read all the same", async () => {
    stage.begin("device", "available");
    const { page } = await visit(stage.url, { viewport: DESK });
    const missing = (part: string) => page.route(new RegExp(`/${part}-[^/]*\\.js$`), (route) => route.abort());
    await missing("pawl-update-dialog");
    await page.goto("/embed~available/one-app.html");
    await page.getByRole("button", { name: chip.available }).click();
    await page.getByRole("button", { name: chip.reloadToOpen }).waitFor();
    await page.unrouteAll();
    await missing("markdown");
    await page.goto("/sites/device~available/");
    await page.getByRole("button", { name: device.acts.update("2.4.0") }).click();
    await page.getByText("**Pictures of the kitchen**").waitFor();
    await missing("draw-chart");
    await page.goto("/sites/server~normal/console/");
    await page.getByText(table.undrawn).first().waitFor();
    await page.getByRole("cell").first().waitFor();
  });
});
