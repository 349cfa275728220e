import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chip } from "../../packages/ui/words/en/chip.ts";
import { dialog } from "../../packages/ui/words/en/dialog.ts";
import { startBrowser, whyNoBrowser } from "./lib/chromium.ts";
import { focusOf } from "./lib/keyboard.ts";
import { StageServer } from "./lib/stage-server.ts";
import { visitors } from "./lib/visitors.ts";

// The chip and its dialog in somebody else's dashboard, on the stand-in: what only shows while one uses them.

/** So many times as fast as in life. */
const SPEED = 40;

const taken = new AsyncDisposableStack();
let browser: Browser;
let stage: StageServer;
const visit = visitors(() => browser);

describe.skipIf(whyNoBrowser !== null)("the dialog", () => {
  beforeAll(async () => {
    [browser, stage] = await Promise.all([startBrowser(), StageServer.start()]);
    taken.defer(() => browser.close());
    taken.use(stage);
  });
  afterAll(() => taken.disposeAsync());

  const pressChip = (page: Page, words: string | RegExp) => page.getByRole("button", { name: words }).click();
  const focused = async (page: Page) => (await focusOf(page)).name;

  test("whoever skips a version has the focus on what takes it back", async () => {
    stage.begin("device", "available");
    const { page } = await visit(stage.url);
    await page.goto("/embed~available/one-app.html");
    await pressChip(page, chip.available);
    await page.getByRole("button", { name: dialog.overview.skip }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toBe(dialog.overview.offerAgain);
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toBe(dialog.overview.skip);
  });

  test("where what was pressed goes away, the keyboard stays in the dialog", async () => {
    stage.begin("device", "read-only");
    const { page } = await visit(stage.url);
    await page.goto("/embed~read-only/one-app.html");
    await pressChip(page, chip.available);
    await page.getByRole("button", { name: dialog.overview.install("2.4.0") }).click();
    await page.getByRole("button", { name: dialog.trouble.signIn }).focus();
    await page.keyboard.press("Enter");
    await page.getByText(dialog.trouble.signInElsewhere).waitFor();
    await expect.poll(() => focused(page)).toContain(dialog.title("Kitchen dashboard"));
  });

  test("whoever has gone back is told so, though something newer is there at once", async () => {
    stage.begin("device", "up-to-date", SPEED);
    const { page } = await visit(stage.url);
    await page.goto("/embed~up-to-date/one-app.html");
    await pressChip(page, chip.upToDate);
    await page.getByText(dialog.back.title("2.2.5")).first().click();
    await page.getByRole("button", { name: dialog.back.title("2.2.5") }).click();
    await page.getByText(dialog.ended.backOn("2.2.5")).waitFor();
    await page.getByRole("button", { name: dialog.ended.done }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await pressChip(page, chip.available);
    await page.getByRole("button", { name: dialog.overview.install("2.3.1") }).waitFor();
  });

  test("what a branch's update brought can be read after a reload, too", async () => {
    stage.begin("device", "done-branch");
    const { page } = await visit(stage.url);
    await page.goto("/embed~done-branch/one-app.html");
    await pressChip(page, chip.updatedTo("1.8.0.dev252"));
    await page.getByText(dialog.ended.nowOn("1.8.0.dev252")).first().waitFor();
    await page.getByRole("button", { name: dialog.whatsNew.showAll(null) }).click();
    await page.getByText("by Sam O'Neill").nth(1).waitFor();
    expect(await page.getByRole("dialog").getByRole("listitem").count()).toBe(40);
  });

  test("the daily check is as it was switched last, however slow the device is", async () => {
    stage.begin("device", "up-to-date");
    const { page } = await visit(stage.url);
    const sent: (string | null)[] = [];
    let answer = () => {};
    const isAnswered = new Promise<void>((resolve) => (answer = resolve));
    await page.route("**/update/auto", async (route) => {
      sent.push(route.request().postData());
      await isAnswered;
      await route.continue();
    });
    await page.goto("/embed~up-to-date/one-app.html");
    await pressChip(page, chip.upToDate);
    const daily = page.getByRole("checkbox");
    await daily.click();
    await expect.poll(() => sent).toEqual(['{"enabled":false}']);
    await daily.click();
    answer();
    await expect.poll(() => sent).toEqual(['{"enabled":false}', '{"enabled":true}']);
    expect(await daily.isChecked()).toBe(true);
    await page.getByText(dialog.choices.off).waitFor({ state: "detached" });
    expect(await daily.isChecked()).toBe(true);
  });

  test("a chip that is given another app has that one's name, too", async () => {
    stage.begin("device", "both-available");
    const { page } = await visit(stage.url);
    await page.goto("/embed~both-available/two-apps.html");
    const first = page.locator("pawl-update-chip").first();
    await first.getByRole("button", { name: chip.available }).click();
    await page.getByRole("dialog", { name: dialog.title("Kitchen dashboard") }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await first.evaluate((element) => element.setAttribute("app", "player"));
    await first.getByRole("button", { name: chip.updatesOf("player") }).click();
    await page.getByRole("dialog", { name: dialog.title("Music player") }).waitFor();
  });
});
