import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { device } from "../../packages/ui/words/en/device.ts";
import { dialog as dialogWords } from "../../packages/ui/words/en/dialog.ts";
import { table } from "../../packages/ui/words/en/table.ts";
import { startBrowser, whyNoBrowser } from "./lib/chromium.ts";
import { focusOf } from "./lib/keyboard.ts";
import { StageServer } from "./lib/stage-server.ts";
import { visitors } from "./lib/visitors.ts";

// A device's page on the stand-in: what an owner chooses there, on a slow network and a device that refuses; what was; and
// where one is.

const { settings, history } = device;

const taken = new AsyncDisposableStack();
let browser: Browser;
let stage: StageServer;
const visit = visitors(() => browser);

describe.skipIf(whyNoBrowser !== null)("a device's page on the stand-in", () => {
  beforeAll(async () => {
    [browser, stage] = await Promise.all([startBrowser(), StageServer.start()]);
    taken.defer(() => browser.close());
    taken.use(stage);
  });
  afterAll(() => taken.disposeAsync());

  test("what couldn't be saved stands again as it is, and says why", async () => {
    const { page } = await settingsPage("stale");
    await page.getByRole("radio", { name: settings.window.between }).check();
    await page.getByRole("button", { name: settings.window.save }).click();
    await page.getByText(settings.saved).waitFor();
    await onSave(page, (route) =>
      route.fulfill({ status: 500, json: { success: false, code: "internal", error: "Something went wrong." } }),
    );
    const check = page.getByRole("checkbox", { name: settings.check.title });
    await check.click();
    await page.getByRole("alert").waitFor();
    expect(await check.isChecked()).toBe(true);
    await page.getByRole("radio", { name: settings.window.anyTime }).click();
    await expect.poll(() => page.getByRole("radio", { name: settings.window.between }).isChecked()).toBe(true);
  });

  test("what is chosen while something else is being saved is saved after it", async () => {
    const { page } = await settingsPage("stale");
    const saved: unknown[] = [];
    page.on("requestfinished", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/update/settings")) saved.push(request.postDataJSON());
    });
    await onSave(page, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.continue();
    });
    const install = page.getByRole("checkbox", { name: settings.install.title });
    const check = page.getByRole("checkbox", { name: settings.check.title });
    await install.click();
    await check.click();
    expect([await install.isChecked(), await check.isChecked()]).toEqual([true, false]);
    await page.getByText(settings.saved).waitFor();
    await expect.poll(() => saved).toEqual([{ auto: { install: true } }, { auto: { check: false } }]);
    await page.reload();
    await page.getByText(settings.off, { exact: true }).waitFor();
    expect([await install.isChecked(), await check.isChecked()]).toEqual([true, false]);
  });

  test("a time is saved once it is whole, and not each digit of it", async () => {
    const { page } = await settingsPage("never-checked");
    const sent: unknown[] = [];
    await onSave(page, (route) => {
      sent.push(route.request().postDataJSON());
      return route.continue();
    });
    const time = page.getByLabel(settings.time.title);
    await time.focus();
    await page.keyboard.type("0333");
    await page.getByRole("button", { name: settings.time.save }).waitFor();
    expect(sent).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText(settings.saved).waitFor();
    expect(sent).toEqual([{ auto: { time: "03:33" } }]);
    expect(await time.inputValue()).toBe("03:33");
  });

  test("a long history is read page by page, from either end, and the address leads back to each", async () => {
    const { page } = await visit(stage.url);
    await page.goto("/sites/device~history-long/apps/kitchen");
    const first = page.getByRole("listitem").first();
    await first.getByText("2.2.5 → 2.3.1").waitFor();
    await page.getByRole("link", { name: table.next }).click();
    await first.getByText("2.2.5 → 2.3.1").waitFor({ state: "hidden" });
    const shown = await first.innerText();
    await page.reload();
    await first.waitFor();
    expect(await first.innerText()).toBe(shown);
    await page.goBack();
    await first.getByText("2.2.5 → 2.3.1").waitFor();
    await page.getByLabel(history.order).selectOption(history.orders.oldest);
    await page.getByLabel(history.filter).selectOption(history.filters.cancelled);
    await page.getByText(/\b\d\d entries/).waitFor();
    expect(new URL(page.url()).search).toBe("?only=cancelled&sort=oldest");
  });

  test("a history that can't be read says why, and is there once it can", async () => {
    const { page } = await visit(stage.url);
    const refused = { success: false, code: "internal", error: "The disk of this device can't be read." };
    let isBroken = true;
    await page.route(/\/update\/history/, (route) =>
      isBroken ? route.fulfill({ status: 500, json: refused }) : route.continue(),
    );
    await page.goto("/sites/device~history-long/apps/kitchen");
    await page.getByText(refused.error).waitFor();
    isBroken = false;
    await page.getByRole("button", { name: history.tryAgain }).click();
    await page.getByText("2.2.5 → 2.3.1").waitFor();
    await page.getByText(refused.error).waitFor({ state: "hidden" });
  });

  test("who signs in in one tab is signed in in the other", async () => {
    stage.begin("device", "unauthorized");
    const { page } = await visit(stage.url);
    await page.goto("/sites/device~unauthorized/");
    await page.getByLabel(device.signIn.token).waitFor();
    const { ok } = await page.evaluate(async () => {
      const body = JSON.stringify({ token: "pawl_stand-in" });
      const headers = { "content-type": "application/json" };
      return fetch("./api/session", { method: "POST", body, headers }).then((each) => ({ ok: each.ok }));
    });
    expect(ok).toBe(true);
    // As when one comes back to a tab.
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.getByRole("button", { name: device.signIn.out }).waitFor();
  });

  test("who signs in over a proxy that changes the device's name is told of the proxy, and not of the token", async () => {
    stage.begin("device", "unauthorized");
    const { page } = await visit(stage.url);
    await page.route(/\/api\/session$/, (route) =>
      route.request().method() === "POST"
        ? route.fulfill({ status: 403, json: { success: false, code: "forbidden", error: "Only Pawl's own pages." } })
        : route.continue(),
    );
    await page.goto("/sites/device~unauthorized/");
    await page.getByLabel(device.signIn.token).fill("pawl_stand-in");
    await page.keyboard.press("Enter");
    await page.getByText(device.signIn.forbidden).waitFor();
  });

  test("what can't be chosen while the device is away says so, each where it is", async () => {
    const { page } = await settingsPage("stale");
    await page.route(/\/api\//, (route) => route.abort());
    // As when one comes back to a tab.
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    const why = page.getByText(`${dialogWords.reasons.away}.`, { exact: true });
    await expect.poll(() => why.count()).toBe(await page.getByRole("heading", { level: 3 }).count());
    await page.unroute(/\/api\//);
    await why.first().waitFor({ state: "detached" });
    expect(await why.count()).toBe(0);
  });

  test("Back closes the updates of an app and stays on the page, at what had opened them", async () => {
    const page = await openedUpdates();
    await expect.poll(() => search(page)).toBe("?update=kitchen");
    await page.goBack();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => search(page)).toBe("");
    expect((await focusOf(page)).name).toContain(device.acts.update("2.4.0"));
    await page.goForward();
    await page.getByRole("dialog").waitFor();
  });

  test("an end that was closed by Back was read", async () => {
    stage.begin("device", "rolled-back");
    const { page } = await visit(stage.url);
    await page.goto("/sites/device~rolled-back/");
    await page.getByRole("button", { name: device.acts.why }).click();
    await page.getByRole("dialog").getByText(dialogWords.ended.youAreOn("2.3.1")).first().waitFor();
    const seen = page.waitForRequest(/\/update\/seen$/);
    await page.goBack();
    await seen;
  });

  test("updates that are closed where they are leave no steps behind them", async () => {
    const page = await openedUpdates();
    const step = () => page.evaluate(() => navigation.currentEntry?.index);
    const opened = await step();
    for (const close of ["Escape", "Enter"]) {
      if (close === "Enter") await page.getByRole("button", { name: dialogWords.close }).focus();
      await page.keyboard.press(close);
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await expect.poll(() => search(page)).toBe("");
      await expect.poll(step).toBe(Number(opened) - 1);
      expect((await focusOf(page)).name).toContain(device.acts.update("2.4.0"));
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
    }
    await page.reload();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(step).toBe(Number(opened) - 1);
    await page.goBack();
    expect(page.url()).toBe("about:blank");
  });

  test("a link to an app's updates shows them to others too, over what is narrowed down", async () => {
    const { page } = await visit(stage.url);
    await page.goto("/sites/device~history-long/apps/kitchen?only=cancelled&update=kitchen");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => search(page)).toBe("?only=cancelled");
    await page.getByText(/\b\d\d entries/).waitFor();
    await page.getByRole("button", { name: device.card.details }).click();
    await page.getByRole("dialog").waitFor();
    await expect.poll(() => search(page)).toBe("?only=cancelled&update=kitchen");
  });

  test("a link to the updates of an app that isn't there shows the device's apps, and so does one that was cut", async () => {
    const { page } = await visit(stage.url);
    for (const address of ["?update=garage", "apps/", "apps"]) {
      await page.goto(`/sites/device~available/${address}`);
      await page.getByRole("button", { name: device.acts.update("2.4.0") }).click();
      await page.getByRole("dialog").waitFor();
    }
  });

  test("a link to an app's updates leads there by way of signing in", async () => {
    stage.begin("device", "unauthorized");
    const { page } = await visit(stage.url);
    await page.goto("/sites/device~unauthorized/?update=kitchen");
    await page.getByLabel(device.signIn.token).fill("pawl_stand-in");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
  });

  /** Opened as one does who looks at what there is. */
  async function openedUpdates(): Promise<Page> {
    const { page } = await visit(stage.url);
    await page.goto("/sites/device~available/");
    await page.getByRole("button", { name: device.acts.update("2.4.0") }).click();
    await page.getByRole("dialog").waitFor();
    return page;
  }

  async function settingsPage(scenario: string): Promise<Awaited<ReturnType<typeof visit>>> {
    stage.begin("device", scenario);
    const visitor = await visit(stage.url);
    await visitor.page.goto(`/sites/device~${scenario}/apps/kitchen/settings`);
    await visitor.page.getByText(settings.check.about).waitFor();
    return visitor;
  }
});

const search = (page: Page) => page.evaluate(() => location.search);

async function onSave(page: Page, answer: (route: Route) => Promise<void>): Promise<void> {
  await page.route(/\/update\/settings$/, (route) =>
    route.request().method() === "POST" ? answer(route) : route.continue(),
  );
}
