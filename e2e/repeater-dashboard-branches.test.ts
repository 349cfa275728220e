import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Status, StreamEvent } from "@pawl/protocol";
import { whyNoPython } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RepeaterDevice } from "./repeater/repeater-device.ts";
import { progressStream, type StreamedEvent } from "./repeater/stream.ts";

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
      /^\[Kettle updater\] Starting update…$/,
      /^Installing from channel 'dev'…$/,
      process.getuid?.() === 0 ? /^Running as root – direct pip install$/ : /^Using the environment's own user: /,
      new RegExp(`^Target: kettle 1\\.0\\.1\\.dev120 \\(${head.slice(0, 7)}\\)$`),
      /^Successfully built kettle$/,
      /^Successfully installed kettle-1\.0\.1\.dev120$/,
      /^Restarting service in \d+ seconds…$/,
      /^✓ Upgraded to 1\.0\.1\.dev120 on channel 'dev'$/,
    ];
    expect(page.log[0]).toMatch(told[0] as RegExp);
    expect(page.log.at(-1)).toMatch(told.at(-1) as RegExp);
    expect(inOrder(page.log, told), page.log.join("\n")).toBe(told.length);
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

  test("Force Reinstall; the API goes down after the restart was announced, and the page guesses right", async () => {
    const page = device.page();
    await page.check();
    expect([page.dot, page.button]).toEqual(["green", "Force Reinstall"]);
    const refused = page.call("POST", "install", { force: false });
    await expect(refused).rejects.toThrow(/^Already up to date \(1\.0\.1\.dev120\)\. Pass \{"force": true\}/);
    const end = await page.install(async (line) => {
      if (line.includes("Restarting service")) await device.restartDaemon("SIGTERM");
    });
    expect([end, page.reported], page.log.join("\n")).toEqual(["verified", "1.0.1.dev120"]);
    expect(await settled()).toMatchObject({ state: "complete", error: null, last_result: "success" });
  });

  test("an install that fails: its last line, its sentence, and Retry; what runs isn't touched", async () => {
    const pyproject =
      '[build-system]\nrequires = []\nbuild-backend = "nobody_has_this"\n\n[project]\nname = "kettle"\ndynamic = ["version"]\n\n[tool.setuptools_scm]\n';
    await device.appliance.push("dev", { message: "feat: another backend", files: { "pyproject.toml": pyproject } });
    const before = await device.appliance.running();
    const page = device.page();
    await page.call("POST", "check", { force: true });
    await page.check();
    expect([page.bell.latest, await page.install(), page.button]).toEqual(["1.0.1.dev121", "error", "Retry Install"]);
    expect(page.error).toMatch(/^pip could not build kettle 1\.0\.1\.dev121\. Its build needs nobody_has_this/);
    expect(page.log.at(-1)).toMatch(/^✗ pip could not build kettle/);
    expect(page.events.at(-1)).toMatchObject({ type: "done", state: "error", error: page.error });
    expect(await device.appliance.running()).toEqual(before);
    await page.check();
    expect(page.bell).toMatchObject({ hasUpdate: true, current: "1.0.1.dev120", latest: "1.0.1.dev121" });
    expect(page.bell.error).toBe(page.error);
  });

  test("B22 a project that calls itself something else now: the page says so, and what to change, and nothing is built", async () => {
    await device.appliance.push("dev", {
      message: "The kettle is a teapot",
      files: { "pyproject.toml": '[project]\nname = "teapot"\nversion = "2.0"\n' },
    });
    const page = device.page();
    await page.call("POST", "check", { force: true });
    await page.check();
    expect([page.bell.latest, await page.install()]).toEqual(["2.0", "error"]);
    expect(page.error).toMatch(/teapot.*kettle.*install\.pip\.distribution|kettle.*teapot.*distribution/);
    expect(page.log.some((line) => line.startsWith("Building wheel"))).toBe(false);
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.1.dev120" });
  });

  test("Retry; the API is killed in the middle of pip: the update goes on, and the stream too, from any place", async () => {
    const head = await device.appliance.push("dev", { message: "fix: the backend as it was" });
    const page = device.page();
    await page.call("POST", "check", { force: true });
    await page.check();
    const end = await page.install(async (line) => {
      if (line.startsWith("Target: ")) await device.restartDaemon("SIGKILL");
    });
    expect([end, page.error, page.button]).toEqual(["error", "Progress stream disconnected", "Retry Install"]);
    const seen = page.events.length;
    // An EventSource comes back by itself, with the id of what it had last; a page that was opened anew has none.
    const rest = await eventsOf(progressStream(page.streamAddress, page.lastEventId));
    expect(rest.at(-1), JSON.stringify(rest)).toEqual({ type: "done", state: "complete", error: null });
    const whole = await eventsOf(progressStream(page.streamAddress));
    expect(linesOf(whole)).toEqual([...linesOf(page.events.slice(0, seen)), ...linesOf(rest)]);
    expect(linesOf(whole).at(-1)).toBe("✓ Upgraded to 1.0.1.dev123 on channel 'dev'");
    expect(await settled()).toMatchObject({ state: "complete", current_version: "1.0.1.dev123", current_commit: head });
    expect(await device.appliance.running()).toMatchObject({ note: "fix: the backend as it was" });
  });

  test("without network the page keeps what it knew, and says why", async () => {
    await device.appliance.push("dev", { message: "feat: tea" });
    const page = device.page();
    await page.call("POST", "check", { force: true });
    await page.check();
    await device.appliance.server.goAway();
    await page.call("POST", "check", { force: true });
    const status = await settled();
    expect(status).toMatchObject({ state: "error", failure: { code: "offline" }, latest_version: "1.0.1.dev124" });
    await page.check();
    expect([page.dot, page.bell.latest, page.bell.current]).toEqual(["red", "1.0.1.dev124", "1.0.1.dev123"]);
    expect(page.bell.error).toBe(status.error);
    await page.open();
    expect([page.channels, page.selected, page.channelError]).toEqual([["main", "dev"], "dev", ""]);
    expect(page.changelog).toMatchObject([{ title: "feat: tea" }]);
    expect((await page.call("GET", "changelog")).warning).toEqual(expect.any(String));
    expect([await page.install(), page.button]).toEqual(["error", "Retry Install"]);
    await device.appliance.server.comeBack();
  });

  /** The status as soon as nothing is under way. */
  async function settled(): Promise<Status> {
    const page = device.page();
    await expect.poll(async () => (await page.status()).state, { timeout: 60_000 }).not.toMatch(/ing$/);
    return page.status();
  }
});

/** How many of these are among the lines, each after the one before it. */
function inOrder(lines: readonly string[], told: readonly RegExp[]): number {
  let found = 0;
  for (const line of lines) if (told[found]?.test(line)) found++;
  return found;
}

async function eventsOf(stream: AsyncIterable<StreamedEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const { event } of stream) events.push(event);
  return events;
}

function linesOf(events: readonly StreamEvent[]): string[] {
  return events.flatMap((event) => (event.type === "line" ? [event.line] : []));
}
