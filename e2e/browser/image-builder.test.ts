import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build as buildWords } from "../../packages/ui/words/en/build.ts";
import { builder as words } from "../../packages/ui/words/en/builder.ts";
import { startBrowser, whyNoBrowser } from "./lib/chromium.ts";
import { StageServer } from "./lib/stage-server.ts";
import { visitors } from "./lib/visitors.ts";

// The image builder on the stand-in, where people do otherwise than one thinks: change their mind, paste, go back, send addresses.

/** So many times as fast as in life. */
const SPEED = 40;
const ARCHER = "version=25.12.1&target=ath79/generic&profile=tplink_archer-c7-v2";

const taken = new AsyncDisposableStack();
let browser: Browser;
let stage: StageServer;
const visit = visitors(() => browser);

describe.skipIf(whyNoBrowser !== null)("the image builder", () => {
  beforeAll(async () => {
    [browser, stage] = await Promise.all([startBrowser(), StageServer.start()]);
    taken.defer(() => browser.close());
    taken.use(stage);
  });
  afterAll(() => taken.disposeAsync());

  async function open(scenario: string, query = ""): Promise<Page> {
    stage.begin("server", scenario, SPEED);
    const { page } = await visit(stage.url);
    await page.goto(`/sites/server~${scenario}/?${query}`);
    return page;
  }

  const buildButton = (page: Page) => page.getByRole("button", { name: words.bar.build });
  const removeButton = (page: Page, name: string) =>
    page.getByRole("button", { name: words.packages.remove(name), exact: true });
  const urlOf = (page: Page) => new URL(page.url());

  test("says what is wrong with an option, and folds nothing away while it is mended", async () => {
    const page = await open("normal", ARCHER);
    await page.getByText(words.options.heading, { exact: true }).click();
    const size = page.getByLabel(words.options.rootfs);
    for (const wrong of ["99999", "-5", "0"]) {
      await size.fill(wrong);
      await size.press("Tab");
      await page.getByText(words.bar.rootfsFirst).waitFor();
      expect(await buildButton(page).getAttribute("aria-disabled")).toBe("true");
    }
    await size.fill("256");
    await size.press("Tab");
    await page.getByText(words.bar.rootfsFirst).waitFor({ state: "detached" });
    expect(await size.isVisible()).toBe(true);
    expect(urlOf(page).searchParams.get("rootfs")).toBe("256");
  });

  test("says that a version isn't there where one looks for a device in it", async () => {
    const page = await open("normal", "version=99.1");
    await page.getByRole("combobox", { name: words.start.field }).fill("archer");
    await page.getByText("OpenWrt has no version 99.1.").waitFor();
  });

  test("takes a list of packages as long as somebody has one", async () => {
    const page = await open("normal", ARCHER);
    const names = Array.from({ length: 40 }, (_, at) => `somebodys-package-${at}`);
    const field = page.getByRole("combobox", { name: words.packages.add });
    await field.fill(["luci", "luci", ...names].join("\n"));
    await page.getByRole("option", { name: words.packages.addAll("41") }).click();
    await removeButton(page, "somebodys-package-39").waitFor();
    await page.getByRole("button", { name: words.packages.removeUnknown }).click();
    await removeButton(page, "somebodys-package-39").waitFor({ state: "detached" });
    expect(urlOf(page).searchParams.get("packages")).toBe("luci");
  });

  test("shows a build of many packages, and not their names instead of it", async () => {
    const apps = ["acme", "adblock", "banip", "ddns", "firewall"];
    const names = apps.flatMap((app) => ["de", "fr", "it", "nl"].map((language) => `luci-i18n-${app}-${language}`));
    const page = await open("queue-long", `${ARCHER}&packages=${names.join("+")}`);
    await buildButton(page).click();
    await page.getByText(words.run.morePackages("9")).click();
    await page.getByText("luci-i18n-firewall-nl").waitFor();
  });

  test("takes with Enter what was typed, and nothing that was found for less of it", async () => {
    const page = await open("normal", ARCHER);
    const field = page.getByRole("combobox", { name: words.packages.add });
    await field.fill("tcpdump");
    await page.getByRole("option", { name: /^tcpdump/ }).waitFor();
    await field.evaluate((input: HTMLInputElement) => {
      input.value = "htop";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    });
    await page.getByRole("option", { name: /^htop/ }).first().waitFor();
    expect(urlOf(page).searchParams.has("packages")).toBe(false);
    await field.press("Enter");
    await removeButton(page, "htop").waitFor();
  });

  test("doesn't ask any more for what was changed while the queue was full", async () => {
    const page = await open("queue-full", ARCHER);
    await buildButton(page).click();
    await page.getByText(buildWords.delay.queue_full(null)).waitFor();
    await page.getByText(words.options.heading, { exact: true }).click();
    await page.getByLabel(words.options.script).fill("uci commit");
    await buildButton(page).waitFor();
    expect(await page.getByText(buildWords.delay.queue_full(null)).count()).toBe(0);
  });

  test("says that a build goes on for somebody else, whom its cancelling doesn't concern", async () => {
    const page = await open("queue-long", ARCHER);
    const { page: another } = await visit(stage.url);
    await another.goto(`/sites/server~queue-long/?${ARCHER}`);
    for (const each of [page, another]) {
      await buildButton(each).click();
      await each.getByText(words.run.queued).first().waitFor();
    }
    const cancel = page.getByRole("button", { name: words.run.cancel });
    await cancel.click();
    await page.getByText(words.run.othersWait).waitFor();
    expect(await cancel.getAttribute("aria-disabled")).toBe("true");
    await another.getByRole("button", { name: words.run.cancel }).click();
    for (const each of [page, another]) await each.getByText(words.failed.cancelled).first().waitFor();
  });

  test("has an address for each line of a log, and for each choice on the way back", async () => {
    const page = await open("no-queue", `${ARCHER}&packages=luci`);
    await buildButton(page).click();
    await page.getByText(words.result.heading).first().waitFor();
    await page.getByText(words.run.log, { exact: true }).click();
    await page.getByRole("link", { name: "Line 45", exact: true }).click();
    expect(urlOf(page).searchParams.get("line")).toBe("45");

    const { page: another } = await visit(stage.url);
    await another.goto(page.url());
    const line = another.getByRole("listitem").and(another.locator("[aria-current=location]"));
    await expect.poll(() => line.textContent()).toMatch(/^45/);

    await page.goBack();
    await removeButton(page, "luci").waitFor();
    expect([...urlOf(page).searchParams.keys()]).not.toContain("build");
    await page.goForward();
    await page.getByText(words.result.heading).first().waitFor();
  });

  test("has a way out by one press, where two packages can't be together", async () => {
    const page = await open("conflict", `${ARCHER}&packages=wpad-mbedtls`);
    await page.getByText(/can't be together with/).waitFor();
    await page
      .getByRole("button", { name: words.packages.leaveOut("wpad-basic-mbedtls"), exact: true })
      .first()
      .click();
    await page.getByText(/can't be together with/).waitFor({ state: "detached" });
    expect(urlOf(page).searchParams.get("packages")).toBe("wpad-mbedtls -wpad-basic-mbedtls");
    await page.goto(`/sites/server~conflict/?${ARCHER}&packages=htop+nano`);
    await buildButton(page).click();
    await page.getByRole("heading", { name: words.failed.heading }).waitFor();
    await page.getByRole("button", { name: words.failed.remedy.remove("htop") }).click();
    await page.getByText(words.result.heading).first().waitFor();
    expect(urlOf(page).searchParams.get("packages")).toBe("nano");
  });
});
