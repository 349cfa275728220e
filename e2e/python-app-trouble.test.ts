import { once } from "node:events";
import { whyNoPython } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appliersOf } from "./faults/appliers.ts";
import { KettleDevice } from "./python-app/kettle-device.ts";

const whyNot = whyNoPython();

describe.skipIf(whyNot)(`a branch and its host aren't as they were${whyNot ? ` (${whyNot})` : ""}`, () => {
  let device: KettleDevice;

  beforeAll(async () => {
    device = await KettleDevice.create({ channel: "dev" });
    await device.pawl(0, "install");
  });
  afterAll(() => device?.[Symbol.asyncDispose]());

  test("root's side is killed in the middle of pip: what runs isn't touched, and the next command installs it", async () => {
    await device.appliance.push("dev", { message: "Whistle" });
    const before = await device.appliance.running();
    const install = device.appliance.pawl.start("install");
    const ended = once(install, "exit");
    await new Promise<void>((resolve, reject) => {
      let output = "";
      install.stdout?.on("data", (text) => {
        output += text;
        if (output.includes("Building wheels")) resolve();
      });
      install.once("exit", () => reject(new Error(output)));
    });
    const [applier, ...others] = appliersOf(device.appliance.configPath);
    expect(others).toEqual([]);
    install.kill("SIGKILL");
    process.kill(applier ?? 0, "SIGKILL");
    await ended;
    expect(await device.appliance.running()).toEqual(before);
    expect(device.releases().current).toBe("1.0.0");

    const next = await device.pawl(5, "install");
    expect(next).toMatch(/^Finishing an update that was interrupted first….*Already up to date \(1\.0\.1\.dev1\)/s);
    const [last] = await device.history();
    expect(last).toMatchObject({ to: "1.0.1.dev1", result: "success", resumed: true, failure: null });
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.1.dev1", note: "Whistle" });
    expect(device.releases()).toEqual({ current: "1.0.1.dev1", all: ["1.0.0", "1.0.1.dev1"] });
  });

  test("a commit that can't be built is left alone at night, and tried again when its owner wants it", async () => {
    const { appliance } = device;
    await appliance.repository.branch("cracked", appliance.repository.heads.get("dev") ?? "");
    const broken = { "setup.py": "raise SystemExit('a crack in the kettle')\n" };
    const commit = await appliance.push("cracked", { message: "Drop it", files: broken });
    await device.pawl(0, "channel", "cracked");
    await device.pawl(0, "auto", "on", "--install");
    const before = (await device.history()).length;

    const said = await device.pawl(1, "check", "--unattended");
    expect(said).toContain("a crack in the kettle");
    expect(said).toContain("Pawl doesn't try this one again by itself.");
    expect(await device.history()).toHaveLength(before + 1);
    await device.pawl(0, "seen");
    expect(await device.pawl(0, "check", "--unattended")).not.toContain("failed");
    const [last, ...others] = await device.history();
    expect(last).toMatchObject({ to_commit: commit, result: "failed", failure: { code: "pip_failed" } });
    expect(others).toHaveLength(before);
    expect(await device.json()).toMatchObject({ has_update: true, refused_versions: [], last_result: null });

    await device.pawl(1, "install");
    expect(await device.history()).toHaveLength(before + 2);
    expect(device.releases().current).toBe("1.0.1.dev1");
    await device.pawl(0, "auto", "off");
    await device.pawl(0, "channel", "dev");
    await appliance.repository.deleteBranch("cracked");
  });

  test("the branch has moved since the check: what was found is installed, and that is said", async () => {
    await device.startDaemon();
    const found = await device.appliance.push("dev", { message: "Click when it boils" });
    expect(await device.checked()).toMatchObject({ release: { commit: found } });
    const after = await device.appliance.push("dev", { message: "Click twice" });
    const { lines } = await device.watched("install");
    expect(lines.join("\n")).toContain(
      `The branch dev has moved since it was looked at: it is at ${after.slice(0, 7)} now. Installing ${found.slice(0, 7)}`,
    );
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.1.dev2", note: "Click when it boils" });
    expect(await device.checked()).toMatchObject({ latest_version: "1.0.1.dev3", has_update: true });
  });

  test("a branch that is gone is named, with those that are there; what was known stays", async () => {
    const { repository } = device.appliance;
    const head = repository.heads.get("dev") ?? "";
    await repository.branch("next", head);
    await repository.deleteBranch("dev");
    expect(await device.checked()).toMatchObject({
      state: "error",
      error: expect.stringMatching(/no branch dev.*main, next/),
      failure: { code: "not_found" },
      current_version: "1.0.1.dev2",
      latest_version: "1.0.1.dev3",
    });
    const gone = await device.call("GET", "changelog");
    expect(gone).toMatchObject({ status: 404, body: { success: false, code: "not_found" } });
    expect((await device.call("GET", "channels")).body).toMatchObject({
      channels: expect.arrayContaining(["main", "next"]),
      current_channel: "dev",
    });
    expect(await device.call("POST", "set_channel", { channel: "next" })).toMatchObject({ status: 200 });
    expect(await device.checked()).toMatchObject({ state: "idle", channel: "next", has_update: true });
    expect(await device.pawl(1, "channel", "dev")).toContain("dev");
  });

  test("offline: what was known last, with a warning, and no wrong version", async () => {
    const { repository, server } = device.appliance;
    await device.appliance.push("next", { message: "A new lid" });
    await device.checked();
    const known = await device.call("GET", "changelog");
    expect(known.body.commits).toMatchObject([{ title: "A new lid" }, { title: "Click twice" }]);
    await server.goAway();
    expect(await device.checked()).toMatchObject({
      state: "error",
      failure: { code: "offline" },
      current_version: "1.0.1.dev2",
      latest_version: "1.0.1.dev4",
      has_update: true,
      release: { commit: repository.heads.get("next") },
    });
    const changelog = await device.call("GET", "changelog");
    expect(changelog).toMatchObject({ status: 200, body: { ...known.body, warning: expect.any(String) } });
    expect(await device.call("POST", "set_channel", { channel: "unheard-of" })).toMatchObject({
      status: 502,
      body: { code: "offline" },
    });
    expect(await device.pawl(1, "check", "--force")).toContain("The update server can't be reached");
    expect(await device.call("POST", "set_channel", { channel: "main", force: true })).toMatchObject({ status: 200 });
    expect((await device.call("GET", "channels")).body).toMatchObject({
      channels: ["main", "next"],
      current_channel: "main",
      warning: expect.stringContaining("known so far"),
    });
    const { lines, done } = await device.watched("rollback");
    expect(done, lines.join("\n")).toMatchObject({ state: "complete" });
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.1.dev1", note: "Whistle" });
  });
});
