import { Appliance, TempDir } from "@pawl/testkit";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chip } from "../../packages/ui/words/en/chip.ts";
import { device } from "../../packages/ui/words/en/device.ts";
import { dialog as words } from "../../packages/ui/words/en/dialog.ts";
import { type Daemon, startDaemon } from "../daemon.ts";
import { DEVICE_FILE } from "../nodes.ts";
import { startBrowser, whyNoBrowser } from "./lib/chromium.ts";
import { visitors } from "./lib/visitors.ts";
import { Wire } from "./lib/wire.ts";

// A real appliance, updated by its own page as somebody does it who has read nothing: on a phone, with a bad network.

/** It comes so slowly that there is time to look at it on any machine, until the rest comes at once. In bytes, and bytes a second. */
const BALLAST = 30_000_000;
const SLOWLY = 200_000;
const AT_ONCE = 100_000_000;

const taken = new AsyncDisposableStack();
let browser: Browser;
let appliance: Appliance;
let daemon: Daemon;
let wire: Wire;
const visit = visitors(() => browser);

describe.skipIf(whyNoBrowser !== null)("the page of a real device", () => {
  beforeAll(async () => {
    browser = await startBrowser();
    taken.defer(() => browser.close());
    const dir = taken.use(await TempDir.create());
    appliance = taken.use(
      await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], within: "15s", steady: "1s" }),
    );
    await appliance.publish("1.0.0");
    const first = await appliance.pawl.run("install");
    expect(first, first.stderr).toMatchObject({ code: 0 });
    daemon = await startDaemon(appliance);
    await fetch(`${daemon.url}/api/update/seen`, { method: "POST" });
    taken.defer(() => daemon.kill("SIGTERM"));
    wire = taken.use(await Wire.lay(daemon.url));
  });
  afterAll(() => taken.disposeAsync());

  test("installs a release over a reload, a network that is cut and a restart of Pawl, and says all the while what goes on", async () => {
    await appliance.publish("1.1.0", { ballastBytes: BALLAST, notes: "- **Pictures** of the kitchen\n- Less memory" });
    appliance.host.bytesPerSecond = SLOWLY;
    const page = await onAPhone();
    await page.getByRole("button", { name: device.acts.check }).click();
    await page.getByRole("button", { name: device.acts.update("1.1.0") }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Pictures", { exact: true }).waitFor();
    await dialog.getByText(words.overview.promise("1.0.0", "1.1.0")).waitFor();
    await dialog.getByRole("button", { name: words.overview.install("1.1.0") }).click();
    await dialog.getByText(words.running.mayClose).waitFor();
    await movingBar(dialog);

    await page.reload();
    await movingBar(dialog);

    wire.cut();
    await dialog
      .getByText(/Reconnecting/)
      .first()
      .waitFor();
    await daemon.kill("SIGTERM");
    appliance.host.bytesPerSecond = AT_ONCE;
    daemon = await startDaemon(appliance);
    wire.mend();
    await dialog
      .getByText(/Reconnecting/)
      .first()
      .waitFor({ state: "hidden" });

    await dialog.getByText(words.ended.nowOn("1.1.0")).first().waitFor();
    expect(await appliance.runningVersion()).toBe("1.1.0");
    await dialog.getByRole("button", { name: words.ended.done }).click();
    await page.getByText(chip.upToDate).first().waitFor();
  });

  test("shows why a release was taken back, over a network that is cut, and on another phone", async () => {
    await appliance.publish("1.2.0", { answers: "1.1.0" });
    appliance.host.bytesPerSecond = AT_ONCE;
    await appliance.changeConfig((text) => text.replace(/within: \w+/, "within: 2s"));
    const page = await onAPhone();
    await page.getByRole("button", { name: device.acts.check }).click();
    await page.getByRole("button", { name: device.acts.update("1.2.0") }).click();
    const asked = page.waitForResponse(/\/update\/install$/);
    await page
      .getByRole("dialog")
      .getByRole("button", { name: words.overview.install("1.2.0") })
      .click();
    expect((await asked).status()).toBe(200);
    // It goes back on its own, whoever sees it.
    wire.cut();
    await page
      .getByText(/Reconnecting/)
      .first()
      .waitFor();
    wire.mend();
    await assertRolledBack(page);

    const other = await onAPhone();
    await other.getByRole("button", { name: device.acts.why }).click();
    await assertRolledBack(other);
    expect(await appliance.runningVersion()).toBe("1.1.0");
  });

  test("asks for a token where one is needed, and leads back to where one was", async () => {
    const { stdout } = await appliance.pawl.run("token", "create", "phone");
    const [token = ""] = /pawl_\S+/.exec(stdout) ?? [];
    const page = await onAPhone("/apps/kitchen/settings");
    await page.getByLabel(device.signIn.token).fill("pawl_wrong");
    await page.getByRole("button", { name: device.signIn.press, exact: true }).click();
    await page.getByText(device.signIn.wrong).waitFor();
    await page.getByLabel(device.signIn.token).fill(token);
    await page.getByRole("button", { name: device.signIn.press, exact: true }).click();
    await page.getByText(device.settings.check.about).waitFor();
    // A script of somebody else's would look for it there.
    expect(
      await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })),
    ).not.toContain(token);
    await page.reload();
    await page.getByRole("button", { name: device.signIn.out }).click();
    await page.getByLabel(device.signIn.token).waitFor();
  });
});

async function onAPhone(path = "/"): Promise<Page> {
  const { page } = await visit(wire.url, { isTouched: true });
  await page.goto(path);
  return page;
}

/** Bytes come in. */
async function movingBar(within: Locator): Promise<void> {
  const bar = within.getByRole("progressbar").first();
  const value = async () => Number((await bar.getAttribute("value")) ?? (await bar.getAttribute("aria-valuenow")));
  await bar.waitFor();
  const first = await value();
  await expect.poll(value).toBeGreaterThan(first);
}

async function assertRolledBack(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByText(words.ended.youAreOn("1.1.0")).first().waitFor();
  await dialog
    .getByText(/went back to 1\.1\.0/)
    .first()
    .waitFor();
  await dialog.getByRole("button", { name: words.ended.report }).waitFor();
}
