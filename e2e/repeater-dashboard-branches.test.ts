import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { whyNoPython } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RepeaterDevice } from "./repeater/repeater-device.ts";

// The repeater's dashboard in front of what it was made for: a branch, in an environment that its own updater filled.
// repeater-dashboard.test.ts has the same page on releases.

const whyNot = whyNoPython();

describe.skipIf(whyNot)(`the earlier dashboard follows a branch${whyNot ? ` (${whyNot})` : ""}`, () => {
  let device: RepeaterDevice;

  beforeAll(async () => {
    device = await RepeaterDevice.create();
  });
  afterAll(() => device?.[Symbol.asyncDispose]());

  const channelOnDisk = () => readFileSync(device.channelFile, "utf8").trim();

  test("the bell: what pip installed earlier is known, and what its own file says is followed", async () => {
    const page = device.page();
    await page.check();
    expect(page.calls.slice(0, 2)).toEqual(["POST check 200", "GET status 200"]);
    expect([page.dot, page.bell]).toEqual([
      "red",
      { hasUpdate: true, current: "1.0.0", latest: "1.0.1.dev120", error: null },
    ]);
    expect(await page.status()).toMatchObject({ channel: "dev", current_commit: device.appliance.first });
    expect(await page.call("POST", "check", {})).toMatchObject({ message: "Using cached result", has_update: true });
  });

  test("B2 the dialog: branches, and what is new in one that is more than 100 commits ahead", async () => {
    const page = device.page();
    await page.open();
    expect([page.channels, page.selected, page.channelError]).toEqual([["main", "dev"], "dev", ""]);
    expect(page.changelog).toHaveLength(40);
    expect(page.changelog.slice(0, 3)).toMatchObject([
      {
        sha: device.appliance.repository.heads.get("dev"),
        short_sha: device.appliance.repository.heads.get("dev")?.slice(0, 7),
        title: "feat: whistle",
        body: "At 100 °C.",
        author: "Kim Kettle",
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
        url: expect.any(String),
      },
      { title: "fix: leak 119" },
      { title: "fix: leak 118" },
    ]);
    const most = await page.call("GET", "changelog?max=100");
    expect(most).toMatchObject({ channel: "dev", installed: "1.0.0", latest: "1.0.1.dev120" });
    expect(most.commits).toHaveLength(100);
  });

  test("Apply beside the channel: looked at again, and its own file has the new name, whole", async () => {
    const page = device.page();
    await page.open();
    await page.applyChannel("main");
    expect([page.channelError, page.bell.latest, page.bell.hasUpdate, page.button]).toEqual([
      "",
      "1.0.0",
      false,
      "Force Reinstall",
    ]);
    expect(page.changelog).toEqual([]);
    expect(channelOnDisk()).toBe("main");
    await page.applyChannel("nobody's");
    expect([page.channelError === "", channelOnDisk()]).toEqual([false, "main"]);
    await page.applyChannel("dev");
    expect([page.bell.latest, page.button, page.changelog[0]?.title]).toEqual([
      "1.0.1.dev120",
      "Install Update",
      "feat: whistle",
    ]);
    expect(channelOnDisk()).toBe("dev");
    const name = basename(device.channelFile);
    expect(readdirSync(dirname(device.channelFile)).filter((other) => other.startsWith(name))).toEqual([name]);
  });

  test("Install Update: the log in its words and their order, the restart, and the version that proves it", async () => {
    const before = await device.appliance.running();
    const page = device.page();
    await page.check();
    expect(await page.install(), page.log.join("\n")).toBe("verified");
    expect([page.reported, page.button]).toEqual(["1.0.1.dev120", "Installed ✓"]);

    const head = device.appliance.repository.heads.get("dev") ?? "";
    const told = [
      "[Kettle updater] Starting update…",
      "Installing from channel 'dev'…",
      process.getuid?.() === 0 ? "Running as root – direct pip install" : expect.stringMatching(/^Using the environment/),
      `Target: kettle 1.0.1.dev120 (${head.slice(0, 7)})`,
      "Successfully built kettle",
      expect.stringContaining("Successfully installed kettle-1.0.1.dev120"),
      expect.stringMatching(/^Restarting service in \d+ seconds…$/),
      "✓ Upgraded to 1.0.1.dev120 on channel 'dev'",
    ];
    expect([page.log[0], page.log.at(-1)]).toEqual([told[0], told.at(-1)]);
    expect(inOrder(page.log, told), page.log.join("\n")).toEqual(told.length);
    // It colours by what is in a line: red would frighten.
    expect(page.log.filter((line) => /✗|error/i.test(line))).toEqual([]);
    expect(page.events[0]).toMatchObject({ type: "connected" });
    expect(page.events.at(-1)).toEqual({ type: "done", state: "complete", error: null });

    const now = await device.appliance.running();
    expect(now).toMatchObject({ version: "1.0.1.dev120", note: "feat: whistle" });
    expect(now?.pid).not.toBe(before?.pid);
    expect(device.directUrl()).toMatchObject({
      url: `${device.appliance.server.url}/kettle.git`,
      vcs_info: { vcs: "git", commit_id: head, requested_revision: "dev" },
    });
    expect(channelOnDisk()).toBe("dev");
    await page.fetchChangelog();
    expect(page.changelog).toEqual([]);
  });

  test("the API goes down after the restart was announced: the page waits, and finds the new version", async () => {
    await device.appliance.push("dev", { message: "fix: lid" });
    const page = device.page();
    await page.call("POST", "check", { force: true });
    await page.check();
    const end = await page.install(async (line) => {
      if (line.includes("Restarting service")) await device.restartDaemon("SIGTERM");
    });
    expect([end, page.reported], page.log.join("\n")).toEqual(["verified", "1.0.1.dev121"]);
  });

  test("the API is killed in the middle of pip: the update goes on, and the page finds out by either way", async () => {
    await device.appliance.push("dev", { message: "fix: handle" });
    const page = device.page();
    await page.call("POST", "check", { force: true });
    await page.check();
    const end = await page.install(async (line) => {
      if (line.startsWith("Target: ")) await device.restartDaemon("SIGKILL");
    });
    expect([end, page.error, page.button]).toEqual(["error", "Progress stream disconnected", "Retry Install"]);
    // Retry, while it runs: told so, and nothing begins twice.
    const again = device.page();
    await again.check();
    expect(again.bell.error).toBeNull();
  });

  function inOrder(lines: readonly string[], told: readonly unknown[]): number {
    let found = 0;
    for (const line of lines) {
      const wanted = told[found];
      if (typeof wanted === "string" ? line === wanted : (wanted as { asymmetricMatch(line: string): boolean } | undefined)?.asymmetricMatch(line)) found++;
    }
    return found;
  }
});
