import type { ChildProcess } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HistoryAnswer, Outcome, Status } from "@pawl/protocol";
import { Appliance, PawlCommand, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import { DEVICE_FILE } from "./nodes.ts";

let dir: TempDir;
let appliance: Appliance;

/** What sets the appliance back to how it was at first, and once it had 1.0.0. */
let setBack: () => Promise<void>;
let setBackTo100: (() => Promise<void>) | undefined;

beforeAll(async () => {
  dir = await TempDir.create();
  appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], steady: "300ms" });
  setBack = await appliance.keep();
});

beforeEach(() => setBack());

afterAll(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

describe("an unattended check", () => {
  beforeEach(async () => {
    await with100();
    await appliance.publish("1.1.0");
    await setAuto(laterWindow());
  });

  test("outside its window downloads, says when it installs, and ends", async () => {
    const ended = await appliance.pawl.run("check", "--unattended");
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain(
      `1.1.0 is downloaded. It will be installed in the maintenance window ${laterWindow()}`,
    );
    expect(await status()).toMatchObject({ phase: "waiting", current_version: "1.0.0" });
    const again = await appliance.pawl.run("check", "--unattended", "--json");
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ phase: "waiting", current_version: "1.0.0" });
  });

  test("goes on with the update that waits once its window is open, and tells how it ended", async () => {
    await appliance.pawl.run("check", "--unattended");
    await setAuto("00:00-00:00");
    // What is downloaded needs no network.
    appliance.host.fault("/", { kind: "status", status: 503 });
    const ended = await appliance.pawl.run("check", "--unattended", "--json");
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(ended.stdout)).toMatchObject({ to: "1.1.0", result: "success" });
    expect(await appliance.runningVersion()).toBe("1.1.0");
  });

  test("keeps to its window also while the daemon runs", async () => {
    await using _daemon = await startDaemon(appliance);
    expect((await appliance.pawl.run("check", "--unattended")).code).toBe(0);
    expect(await status()).toMatchObject({ phase: "waiting", current_version: "1.0.0" });
  });

  test("ends with the code of what came of the update", async () => {
    await appliance.publish("1.2.0", { answers: "0.0.1" });
    await appliance.changeConfig((text) => text.replace(/within: \w+/, "within: 1s"));
    await setAuto("00:00-00:00");
    const ended = await appliance.pawl.run("check", "--unattended");
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain("went back to 1.0.0");
  });
});

describe("Ctrl-C", () => {
  test("ends a check whose host never answers", async () => {
    appliance.host.fault("/index.json", { kind: "hang" });
    const check = watched(appliance.pawl.start("check", "--force"));
    await until(async () => appliance.host.requestsTo("/index.json").length > 0);
    check.child.kill("SIGINT");
    expect(await check.ended(6_000)).toMatchObject({ code: 130 });
  });

  test("ends a check by the daemon whose host never answers", async () => {
    await using _daemon = await startDaemon(appliance);
    appliance.host.fault("/index.json", { kind: "hang" });
    const check = watched(appliance.pawl.start("check", "--force", "--json"));
    await until(async () => appliance.host.requestsTo("/index.json").length > 0);
    check.child.kill("SIGINT");
    expect(await check.ended(6_000)).toMatchObject({ code: 130 });
    expect(JSON.parse(check.stdout())).toMatchObject({ success: false, code: "cancelled" });
  });

  test("leaves an update that changes the device already, which goes on by itself", async () => {
    await with100();
    await appliance.changeConfig((text) => text.replace(/steady: \w+/, "steady: 8s"));
    await appliance.publish("1.1.0");
    const install = watched(appliance.pawl.start("install"));
    await until(async () => (await status()).phase === "health_check");
    install.child.kill("SIGINT");
    expect(await install.ended(6_000)).toMatchObject({ code: 130 });
    expect(install.stderr()).toContain("The update goes on by itself.");
    expect(await status()).toMatchObject({ state: "installing", phase: "health_check" });
    await until(async () => (await status()).state === "complete");
    expect(await appliance.runningVersion()).toBe("1.1.0");
  });

  test("cancels what is only being downloaded", async () => {
    const install = await downloading();
    install.child.kill("SIGINT");
    expect(await install.ended(6_000)).toMatchObject({ code: 6 });
  });

  test("ends the command at once when it comes a second time", async () => {
    // On a busy machine the first may have done its work before the second is sent.
    for (let tries = 1; tries <= 5; tries++) {
      const install = await downloading();
      install.child.kill("SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 30));
      install.child.kill("SIGINT");
      const ended = await install.ended(6_000);
      if (ended.code === 6 && tries < 5) continue;
      expect(ended).toMatchObject({ signal: "SIGINT" });
      return;
    }
  });
});

test("cancelling what a dead process has left cancels it instead of finishing it", async () => {
  const install = await downloading();
  install.child.kill("SIGKILL");
  await install.ended(6_000);
  const cancel = await appliance.pawl.run("cancel");
  expect(cancel, cancel.stderr).toMatchObject({ code: 0, stdout: "The update was cancelled. Nothing was changed.\n" });
  expect((await history())[0]).toMatchObject({ to: "1.0.0", result: "cancelled" });
});

test("§3 internal: a fault of the engine ends the command with its words", async () => {
  const install = await downloading(5_000_000);
  await rm(statePath());
  await mkdir(join(statePath(), "in the way"), { recursive: true });
  expect(await install.ended(15_000)).toMatchObject({ code: 1 });
  expect(install.stderr()).toContain("pawl: ");
  expect(install.stdout()).not.toContain("Verifying");
});

test("an install without a version asks anew: what was newest a minute ago isn't meant", async () => {
  await appliance.publish("1.0.0");
  await appliance.pawl.run("check");
  await installed("1.1.0");
  expect(await appliance.runningVersion()).toBe("1.1.0");
});

test("an install that can't ask what is newest says so, not that all is up to date", async () => {
  await with100();
  appliance.host.fault("/", { kind: "status", status: 404 });
  const install = await appliance.pawl.run("install", "--json");
  expect(install.code).toBe(1);
  expect(JSON.parse(install.stdout)).toMatchObject({ success: false, code: "not_found" });
});

test.each([
  { args: ["status", "--app", "attic", "--json"], exit: 2, code: "unknown_app" },
  { args: ["cancel", "--json"], exit: 2, code: "bad_request" },
  { args: ["rollback", "--json"], exit: 5, code: "no_backup" },
  { args: ["check", "--force", "--json"], exit: 1, code: "not_found" },
  { args: ["status", "--sideways", "--json"], exit: 2, code: "bad_request" },
])("pawl $args says what is wrong in one JSON object", async ({ args, exit, code }) => {
  const ended = await appliance.pawl.run(...args);
  expect(ended.code).toBe(exit);
  expect(JSON.parse(ended.stdout)).toMatchObject({ success: false, code, error: expect.stringMatching(/\w/) });
});

test("pawl config check --json prints one object, with the problems", async () => {
  await appliance.changeConfig((text) => `${text}    sevices: []\n`);
  const ended = await appliance.pawl.run("config", "check", "--json");
  expect(ended.code).toBe(2);
  expect(JSON.parse(ended.stdout)).toMatchObject({ success: false, problems: [{ severity: "error" }] });
});

describe("the version one names", () => {
  test.each(["install", "rollback"])(
    "pawl %s refuses an empty one, as an unset variable leaves it",
    async (command) => {
      await with100();
      const ended = await appliance.pawl.run(command, "");
      expect(ended).toMatchObject({ code: 2 });
      expect(ended.stderr).toContain("can't be a version");
      expect(await status()).toMatchObject({ state: "complete", current_version: "1.0.0" });
    },
  );

  test("is not installed again when it is in place already", async () => {
    await with100();
    const ended = await appliance.pawl.run("install", "1.0.0");
    expect(ended).toMatchObject({ code: 5 });
    expect(ended.stderr).toContain("Already up to date (1.0.0)");
  });
});

test("pawl rollback shows its lines without a daemon, too", async () => {
  await with100();
  await appliance.publish("1.1.0");
  await appliance.pawl.run("install");
  const ended = await appliance.pawl.run("rollback");
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain("Switching from 1.1.0 to 1.0.0");
  expect(ended.stdout).toContain("Back on 1.0.0.");
});

test("§3 restart_failed: a service that can't be started is named before the device goes back", async () => {
  await with100();
  await appliance.publish("1.1.0");
  await appliance.changeConfig((text) =>
    text.replace("    health:", '      - command: { start: ["/nope/start"], stop: ["true"] }\n    health:'),
  );
  const ended = await appliance.pawl.run("install");
  expect(ended.stdout).toMatch(/start.*not found|can't be started|could not be/);
  expect(ended.stdout.indexOf("nope")).toBeLessThan(ended.stdout.indexOf("Going back"));
});

describe("pawl resume", () => {
  test("does nothing when all is well", async () => {
    expect(await appliance.pawl.run("resume")).toMatchObject({ code: 0, stdout: "kitchen: Nothing to do.\n" });
  });

  test("goes on with the other apps when one of them can't, and ends with an error", async () => {
    await appliance.changeConfig((text) => {
      const kitchen = text.slice(text.indexOf("  kitchen:"));
      return text + kitchen.replace("kitchen", "pantry").replaceAll(appliance.home, dir.join("pantry"));
    });
    await mkdir(join(appliance.stateDir, "kitchen"), { recursive: true });
    await writeFile(join(appliance.stateDir, "kitchen", "apply"), "in the way");
    const ended = await appliance.pawl.run("resume");
    expect(ended).toMatchObject({ code: 1, stdout: "pantry: Nothing to do.\n" });
    expect(ended.stderr).toMatch(/^kitchen: ./);
  });
});

describe("root's side", () => {
  test.each(["pawl-apply", "pawl apply"])("%s takes an action, an app and an update's id", async (name) => {
    const pawl = name === "pawl-apply" ? await pawlApply() : appliance.pawl;
    const before = name === "pawl-apply" ? [] : ["apply"];
    expect((await pawl.run(...before, "kitchen", "0abcdefgh-123456")).code).toBe(2);
    const ended = await pawl.run(...before, "format", "kitchen", "0abcdefgh-123456");
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("pawl-apply install|rollback <app> <update-id>"),
    });
  });

  test("refuses an action that isn't what was ordered", async () => {
    await with100();
    const [done] = await history();
    await rm(join(appliance.stateDir, "kitchen", "apply", "state.json"));
    const ended = await appliance.pawl.run("apply", "rollback", "kitchen", done?.id ?? "");
    expect(ended).toMatchObject({ code: 2, stderr: `pawl: The order ${done?.id} is no rollback.\n` });
  });

  test("under its own name knows no configuration but the system's, and no options", async () => {
    const pawl = await pawlApply();
    const ended = await pawl.run("install", "kitchen", "0abcdefgh-123456");
    expect(ended.stderr).toContain("/etc/pawl/pawl.yaml");
    expect(ended.stderr).not.toContain(appliance.configPath);
    const optional = await pawl.run("--config", appliance.configPath, "install", "kitchen", "0abcdefgh-123456");
    expect(optional).toMatchObject({ code: 2, stderr: expect.stringContaining("without options") });
  });

  async function pawlApply(): Promise<PawlCommand> {
    await symlink(DEVICE_FILE, dir.join("pawl-apply"));
    return new PawlCommand([process.execPath, dir.join("pawl-apply")], appliance.configPath);
  }
});

describe("pawl device", () => {
  test("says that nobody needs a token as long as there are none", async () => {
    const without = watched(appliance.pawl.start("device"));
    await until(async () => without.stdout().includes("Pawl listens on"));
    expect(without.stdout()).toContain("Nobody needs a token: only this device can reach it.");
    without.child.kill("SIGTERM");
    await without.ended(6_000);

    await appliance.pawl.run("token", "create", "dashboard");
    const secured = watched(appliance.pawl.start("device"));
    await until(async () => secured.stdout().includes("Pawl listens on"));
    expect(secured.stdout()).not.toContain("Nobody needs a token");
    secured.child.kill("SIGTERM");
    expect(await secured.ended(6_000)).toMatchObject({ code: 0 });
  });

  test("serves the others, and can be ended, when one app can't go on", async () => {
    await mkdir(join(appliance.stateDir, "kitchen", "api"), { recursive: true });
    await writeFile(join(appliance.stateDir, "kitchen", "api", "lock"), "in the way");
    const daemon = watched(appliance.pawl.start("device"));
    await until(async () => daemon.stderr().includes("background work failed"));
    const answer = await fetch(`http://127.0.0.1:${appliance.apiPort}/api/apps`);
    expect(answer.status).toBe(200);
    daemon.child.kill("SIGTERM");
    expect(await daemon.ended(6_000)).toMatchObject({ code: 0 });
  });
});

/** A device that was set up with this version, and has seen nothing else. */
async function with100(): Promise<void> {
  if (setBackTo100) return setBackTo100();
  await installed("1.0.0");
  setBackTo100 = await appliance.keep();
}

async function installed(version: string): Promise<void> {
  await appliance.publish(version);
  const install = await appliance.pawl.run("install");
  expect(install, install.stderr).toMatchObject({ code: 0 });
}

/** An install of 1.0.0 that is in the middle of its download. */
async function downloading(ballastBytes = 8_000_000) {
  await appliance.publish("1.0.0", { ballastBytes });
  appliance.host.bytesPerSecond = 1_000_000;
  const install = watched(appliance.pawl.start("install"));
  await until(async () => ((await status()).progress?.percent ?? 0) > 5);
  return install;
}

/** A command that runs, and what it has said so far. */
function watched(child: ChildProcess) {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (data) => (stdout += data));
  child.stderr?.on("data", (data) => (stderr += data));
  const end = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    /** How it ended; fails, and kills it, when it takes longer. */
    async ended(withinMs: number) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          child.kill("SIGKILL");
          reject(new Error(`still running after ${withinMs} ms: ${stdout}${stderr}`));
        }, withinMs);
      });
      return Promise.race([end, late]).finally(() => clearTimeout(timer));
    },
  };
}

async function setAuto(window: string): Promise<void> {
  await appliance.changeConfig((text) => {
    const rest = text.replace(/^ {4}(auto|window):.*\n/gm, "");
    return `${rest}    auto: { check: true, install: true }\n    window: "${window}"\n`;
  });
}

/** Two hours from now, in the device's time zone. */
function laterWindow(): string {
  const hour = (more: number) => String((new Date().getHours() + more) % 24).padStart(2, "0");
  return `${hour(2)}:00-${hour(3)}:00`;
}

async function status(): Promise<Status> {
  return JSON.parse((await appliance.pawl.run("status", "--json")).stdout);
}

async function history(): Promise<Outcome[]> {
  const answer: HistoryAnswer = JSON.parse((await appliance.pawl.run("history", "--json")).stdout);
  return answer.updates;
}

function statePath(): string {
  return join(appliance.stateDir, "kitchen", "api", "state.json");
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("it never came about");
}
