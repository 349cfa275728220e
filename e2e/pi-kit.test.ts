import { existsSync, readdirSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import type { Status } from "@pawl/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentOf, listOf, PiKitBox } from "./pi-kit/box.ts";
import { PiKitDashboard } from "./pi-kit/dashboard.ts";

let box: PiKitBox;
let dashboard: PiKitDashboard;

beforeEach(async () => {
  box = await PiKitBox.create();
  await box.publish("1.1.0");
  dashboard = await PiKitDashboard.open(box);
});

afterEach(async () => {
  await dashboard?.[Symbol.asyncDispose]();
  await box?.[Symbol.asyncDispose]();
});

async function page(): Promise<string> {
  return box.read("var/www/pikit-web/index.html");
}

function backups(): string[] {
  return readdirSync(box.path("var/backups/pikit"), { withFileTypes: true })
    .filter((item) => item.isDirectory() && !item.name.startsWith("."))
    .map((item) => item.name);
}

describe("check", () => {
  test("Pi-Kit 2, 8, 14, 42, 54: a check by hand finds the release on Gitea, and status says what is there", async () => {
    expect(await dashboard.status()).toMatchObject({
      current_version: "1.0.0",
      latest_version: null,
      has_update: false,
    });
    const status = await dashboard.press("check");
    expect(status).toMatchObject({ current_version: "1.0.0", latest_version: "1.1.0", has_update: true, error: null });
  });

  test("Pi-Kit 7, 43: a check downloads no bundle", async () => {
    await dashboard.press("check");
    expect(box.forge.requests.filter(({ path }) => path.endsWith(".tar.gz"))).toEqual([]);
  });

  test("§6 changelog: Pi-Kit 21, 55: the changelog is one click away", async () => {
    const { release } = await dashboard.press("check");
    expect(release?.notes_url).toContain("/44r0n7/pi-kit/releases/tag/v1.1.0");
    expect(await dashboard.get("changelog")).toMatchObject({
      installed: "1.0.0",
      latest: "1.1.0",
      commits: [{ sha: "1.1.0", title: "Pi-Kit 1.1.0", body: "What is new in 1.1.0" }],
    });
  });

  test("Pi-Kit 13, 58, 61: without the network it says so, and keeps what it knew", async () => {
    await dashboard.press("check");
    await box.forge[Symbol.asyncDispose]();
    const status = await dashboard.press("check");
    expect(status).toMatchObject({ latest_version: "1.1.0", has_update: true, state: "error" });
    expect(status.failure?.code).toBe("offline");
    expect(status.error).toMatch(/can't be reached/);
  });
});

describe("apply", () => {
  test("Pi-Kit 3, 15, 16, 17, 22, 33, 34, 38, 39, 64: an apply puts the files in their places and writes the version", async () => {
    await dashboard.press("check");
    const status = await dashboard.press("apply");
    expect(status).toMatchObject({ state: "complete", current_version: "1.1.0", last_result: "success" });
    expect(await page()).toBe("page 1.1.0\n");
    expect(await box.read("usr/local/bin/pikit-api.py")).toBe("# api 1.1.0\n");
    expect(await box.read("etc/pikit/version")).toBe("1.1.0\n");
  });

  test("Pi-Kit 35, 36, 37, 69: the dashboard is restarted, nginx reloaded, an API that isn't there passed over", async () => {
    await dashboard.press("apply");
    expect(await box.restarts()).toEqual(
      expect.arrayContaining(["restart dietpi-dashboard-frontend", "reload nginx", "restart pikit-api"]),
    );
    const { lines } = await dashboard.get<{ lines: { line: string }[] }>("log");
    expect(lines.map(({ line }) => line)).toContain("pikit-api is not on this device, passed over");
  });

  test("Pi-Kit 36: the API service is restarted where there is one", async () => {
    await box.write("units/pikit-api", "1\n");
    await dashboard.press("apply");
    expect(await box.read("units/pikit-api")).toBe("2\n");
  });

  test("Pi-Kit 12, 44, 57: the stream tells each step, from the download to the end", async () => {
    await dashboard.press("apply");
    const events = await dashboard.events();
    const phases = events.flatMap((event) => (event.type === "status" && event.phase ? [event.phase] : []));
    expect(phases).toEqual([
      "downloading",
      "verifying",
      "staging",
      "backing_up",
      "activating",
      "restarting",
      "health_check",
    ]);
    expect(events.at(-1)).toMatchObject({ type: "done", state: "complete" });
  });

  test("§6 state.json: Pi-Kit 26, 51: state.json has the plan's six names, after the check and after the apply", async () => {
    const state = async () => JSON.parse(await box.read("var/lib/pikit-update/pikit/api/state.json"));
    await dashboard.press("check");
    expect(await state()).toMatchObject({ latest: "1.1.0", current: "1.0.0", last_check: expect.any(String) });
    await dashboard.press("apply");
    // Root's side has ended; this side notes it a moment later.
    await expect.poll(state).toMatchObject({ current: "1.1.0", last_result: "success" });
    expect(Object.keys(await state())).toEqual(
      expect.arrayContaining(["latest", "current", "last_check", "last_result", "progress", "backup_path"]),
    );
  });

  test("Pi-Kit 11, 31, 32: what was there is backed up, and exactly one backup is kept", async () => {
    const first = await dashboard.press("apply");
    const kept = first.backup_path ?? "";
    expect(kept.startsWith(box.path("var/backups/pikit"))).toBe(true);
    expect(first).toMatchObject({ backup_version: "1.0.0", can_roll_back: true });
    await box.publish("1.2.0");
    await dashboard.press("check");
    const second = await dashboard.press("apply");
    expect(second).toMatchObject({ current_version: "1.2.0", backup_version: "1.1.0" });
    expect(existsSync(kept)).toBe(false);
    expect(backups().sort()).toEqual(["1.1.0", "1.2.0"]);
    expect(await readFile(`${second.backup_path}/pikit-web/index.html`, "utf8")).toBe("page 1.1.0\n");
  });

  test("Pi-Kit 18, 63: what ships overwrites, but not the config the owner edited, and nginx's site is left alone", async () => {
    await dashboard.press("apply");
    expect(await box.read("var/www/pikit-web/config.json")).toBe('{"edited": "by the owner"}\n');
    expect(await box.read("var/www/pikit-web/config.json.pawl-new")).toBe('{"shipped": "with 1.1.0"}\n');
    expect(await box.read("etc/nginx/sites-available/pikit")).toBe("server {}\n");
    expect(await box.read("var/www/pikit-web/old.css")).toBe("of 1.0.0\n");
  });

  test("Pi-Kit 9, 29: a file that isn't what the manifest says stops it before anything is changed", async () => {
    const files = Object.keys(contentOf("1.2.0")).map((path) => ({ path, sha256: "0".repeat(64) }));
    await box.publish("1.2.0", { manifest: { files } });
    await dashboard.press("check");
    const status = await dashboard.press("apply");
    expect(status).toMatchObject({ state: "error", current_version: "1.0.0", failure: { code: "hash_mismatch" } });
    expect(await page()).toBe("page 1.0.0\n");
    expect(await box.restarts()).toEqual([]);
  });

  test("Pi-Kit 10, 30: a bundle that breaks off while it is unpacked has touched nothing", async () => {
    const files = contentOf("1.2.0");
    const missing = { path: "pikit-web/missing.html", sha256: "0".repeat(64) };
    await box.publish("1.2.0", { manifest: { files: [...listOf(files), missing] } });
    await dashboard.press("check");
    const status = await dashboard.press("apply");
    expect(status.failure?.code).toBe("archive_refused");
    expect(await page()).toBe("page 1.0.0\n");
    expect(await box.read("usr/local/bin/pikit-api.py")).toBe("# api 1.0.0\n");
  });

  test("Pi-Kit 62: a release whose dashboard doesn't start is rolled back by itself", async () => {
    await box.publish("1.2.0", { files: { ...contentOf("1.2.0"), "pikit-api.py": "# broken\n" } });
    await dashboard.press("check");
    const status = await dashboard.press("apply");
    expect(status).toMatchObject({ state: "error", current_version: "1.0.0", last_result: "rolled_back" });
    expect(status.refused_versions).toEqual(["1.2.0"]);
    expect(await page()).toBe("page 1.0.0\n");
    expect(await box.read("etc/pikit/version")).toBe("1.0.0\n");
  });

  test("Pi-Kit 41: two applies at once: one is told that the other runs", async () => {
    await dashboard.press("check");
    const answers = await Promise.all([dashboard.post("apply"), dashboard.post("apply")]);
    expect(answers.map(({ code }) => code).sort()).toEqual([200, 409]);
    await dashboard.untilDone();
  });
});

describe("post_install", () => {
  test("Pi-Kit 23, 28: plain commands run only where the device allows them", async () => {
    const marker = box.path("ran");
    await box.publish("1.2.0", { manifest: { post_install: [`touch ${marker}`] } });
    await dashboard.press("check");
    const refused = await dashboard.press("apply");
    expect(refused.failure).toMatchObject({ code: "requires_unmet" });
    // Nothing is wrong with the download: it waits for the owner's decision.
    const downloads = readdirSync(box.path("var/lib/pikit-update/pikit/api/downloads"));
    expect(downloads.some((name) => name.endsWith(".bundle"))).toBe(true);
    expect(existsSync(marker)).toBe(false);

    await dashboard[Symbol.asyncDispose]();
    const config = await box.read("etc/pawl/pawl.yaml");
    await box.write("etc/pawl/pawl.yaml", config.replace("layout: copy", "layout: copy\n        allow_commands: true"));
    dashboard = await PiKitDashboard.open(box);
    expect(await dashboard.press("apply")).toMatchObject({ state: "complete", current_version: "1.2.0" });
    expect(existsSync(marker)).toBe(true);
  });

  test("Pi-Kit 23: a restart of a named unit needs no permission", async () => {
    await box.write("units/cron", "1\n");
    await box.publish("1.2.0", { manifest: { post_install: [{ daemon_reload: true }, { restart: "cron" }] } });
    await dashboard.press("check");
    expect(await dashboard.press("apply")).toMatchObject({ current_version: "1.2.0" });
    expect(await box.read("units/cron")).toBe("2\n");
  });
});

describe("rollback", () => {
  test("Pi-Kit 4, 40, 45: going back restores the backup and restarts the services", async () => {
    await dashboard.press("apply");
    await rm(box.path("systemctl.log"));
    const status = await dashboard.press("rollback");
    expect(status).toMatchObject({ state: "complete", current_version: "1.0.0", can_roll_back: false });
    expect(await page()).toBe("page 1.0.0\n");
    expect(await box.read("etc/pikit/version")).toBe("1.0.0\n");
    expect(await box.restarts()).toContain("restart dietpi-dashboard-frontend");
  });

  test("Pi-Kit 4: without a backup there is nothing to go back to, and it says so", async () => {
    const { code, answer } = await dashboard.post("rollback");
    expect(code).toBe(409);
    expect(answer).toMatchObject({ success: false, code: "no_backup" });
  });
});

describe("auto", () => {
  test("Pi-Kit 5, 46, 50: the daily check is at 04:20, and can be switched off and on", async () => {
    expect((await dashboard.status()).auto).toMatchObject({ check: true, time: "04:20" });
    const off = await dashboard.post("auto", { enabled: false });
    expect(off).toMatchObject({ code: 200, answer: { success: true, auto: { check: false, next_run: null } } });
    expect(await box.pawl.run("check", "--unattended")).toMatchObject({ code: 0 });
    expect((await dashboard.status()).last_checked).toBeNull();

    await dashboard.post("auto", { enabled: true, time: "03:10" });
    expect((await dashboard.status()).auto).toMatchObject({ check: true, time: "03:10" });
    expect(await box.pawl.run("check", "--unattended")).toMatchObject({ code: 0 });
    expect((await dashboard.status()).latest_version).toBe("1.1.0");
  });

  test("Pi-Kit 5, 25: with install the nightly run, the same program as the API's, applies what it finds", async () => {
    await dashboard.post("auto", { enabled: true, install: true });
    const night = await box.pawl.run("check", "--unattended");
    expect(night, night.stdout + night.stderr).toMatchObject({ code: 0 });
    expect(await dashboard.status()).toMatchObject({ current_version: "1.1.0", last_result: "success" });
  });
});

test("§6 assets: Pi-Kit 19, 20, 27: with the manifest beside the bundle it is fetched first, and its version counts", async () => {
  await box.publish("1.2.0", { beside: true });
  await dashboard.press("check");
  const asked = box.forge.requests.map(({ path }) => path);
  expect(asked.some((path) => path.endsWith("manifest.json"))).toBe(true);
  expect(await dashboard.press("apply")).toMatchObject({ current_version: "1.2.0" });
});

test("a bundle that was uploaded again since the check is not what the owner saw, and isn't installed", async () => {
  await dashboard.press("check");
  await box.publish("1.1.0", { files: { ...contentOf("1.1.0"), "pikit-api.py": "# something else\n" } });
  const status = await dashboard.press("apply");
  expect(status).toMatchObject({ state: "error", current_version: "1.0.0", failure: { code: "release_moved" } });
  await dashboard.press("check");
  expect(await dashboard.press("apply")).toMatchObject({ current_version: "1.1.0" });
});

test("Pi-Kit 20: a manifest that says another version than its tag is refused", async () => {
  await box.publish("1.2.0", { tag: "v1.3.0" });
  await dashboard.press("check");
  const status: Status = await dashboard.press("apply");
  expect(status).toMatchObject({ state: "error", current_version: "1.0.0", failure: { code: "bad_manifest" } });
});

test("Pi-Kit 68: the address of the host may come from the environment", async () => {
  const config = await box.read("etc/pawl/pawl.yaml");
  await box.write("etc/pawl/pawl.yaml", config.replace(box.forge.url, "https://git.example.org"));
  await dashboard[Symbol.asyncDispose]();
  box.variables.PAWL_APPS_PIKIT_SOURCE_GITEA_URL = box.forge.url;
  dashboard = await PiKitDashboard.open(box);
  expect(await dashboard.press("check")).toMatchObject({ latest_version: "1.1.0" });
});
