import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { TempDir, whyNoPython } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT } from "../scripts/bootstrap.mjs";

const whyNot = whyNoPython();

let dir: TempDir;
let demo: ChildProcess | undefined;

// Not the folder of `npm start`: somebody may have it running while they test.
beforeEach(async () => {
  dir = await TempDir.create("pawl-demo-");
  // Root has the kettle built by somebody else, who has to come there.
  await chmod(dir.path, 0o755);
});

afterEach(async () => {
  if (demo?.exitCode === null) await endDemo();
  await dir[Symbol.asyncDispose]();
});

test("npm start: the printed steps work as printed, Ctrl-C leaves nothing behind, a second start works at once", async () => {
  const guide = await startDemo();
  const commands = commandsOf(guide, "pawl").filter((command) => !command.includes("--app kettle"));
  expect(commands.map((command) => command.replace(/.*\/pawl /, ""))).toEqual(["status", "install", "install 1.2.0"]);
  for (const [, url = ""] of guide.matchAll(/^ {4}[A-Z].* (http:\S+)/gm)) {
    if (!url.endsWith(".git")) expect((await fetch(url)).status, url).toBe(200);
  }
  await serverSteps(guide);
  if (whyNot === null) await kettleSteps(guide);

  const [status, install, broken] = commands.map(run);
  expect(status?.stdout).toContain("Update available: 1.1.0");
  expect(install).toMatchObject({ status: 0 });
  expect(install?.stdout).toContain("Now on 1.1.0.");
  expect(broken).toMatchObject({ status: 3 });
  expect(broken?.stdout).toContain("Pawl went back to 1.1.0");
  expect(run(`${commands[0]?.split(" ")[0]} history`).stdout).toMatch(
    /1\.1\.0 → 1\.2\.0 {2}rolled back\n {4}health_failed: /,
  );

  await endDemo();
  const again = await startDemo();
  expect(again).toContain("runs 1.0.0");
  await serverSteps(again);
  await endDemo();
}, 600_000);

/** What is to be done with the app that follows a branch, in its order; the broken commit is installed, too. */
async function kettleSteps(guide: string): Promise<void> {
  const [, service = ""] = /The kettle +(\S+)/.exec(guide) ?? [];
  const [, remote = ""] = /Its repository +(\S+)/.exec(guide) ?? [];
  expect(run(`git ls-remote --heads ${remote}`).stdout.trim().split("\n")).toHaveLength(2);
  const commands = [...commandsOf(guide, "pawl"), ...commandsOf(guide, "push-commit")];
  const step = (words: string) => {
    const command = commands.find((one) => one.endsWith(words));
    if (command === undefined) throw new Error(`${words} isn't printed: ${guide}`);
    return run(command);
  };
  expect(step("pawl status --app kettle").stdout).toMatch(/^Kettle: 1\.0\.0.*Update available: 1\.0\.1\.dev1/s);
  expect(step("pawl channel dev --app kettle").stdout).toContain("follows dev from now on");
  expect(step("pawl changelog --app kettle").stdout).toMatch(/Keep the tea warm.*three minutes.*Whistle when/s);
  expect(step("push-commit").stdout).toMatch(/^Pushed \w{7} to dev: "Pour 4 cups"\n$/);
  const install = step("pawl install --app kettle");
  expect(install, install.stdout).toMatchObject({ status: 0 });
  expect(await (await fetch(service)).json()).toMatchObject({ version: "1.0.1.dev4", note: "Pour 4 cups" });
  expect(step("push-commit --broken").stdout).toContain('to dev: "Boil dry"');
  const broken = step("pawl install --app kettle");
  expect(broken, broken.stdout).toMatchObject({ status: 3 });
  expect(broken.stdout).toContain("Pawl went back to 1.0.1.dev4");
  expect(await (await fetch(service)).json()).toMatchObject({ version: "1.0.1.dev4", note: "Pour 4 cups" });
}

/** The commands of a program that are printed, each before what it is for. */
function commandsOf(guide: string, program: string): string[] {
  const lines = guide.matchAll(/^ {4}(\S+\/([\w-]+)(?: \S+)*) {2,}/gm);
  return [...lines].flatMap(([, command = "", name]) => (name === program ? [command] : []));
}

/** The questions to the server, as they are printed. */
async function serverSteps(guide: string): Promise<void> {
  const steps = [...guide.matchAll(/^ {6}((?:curl|npx) .*)$/gm)].map(([, step = ""]) => step);
  const [old, today, image, list] = steps.map((step) => run(step));
  expect(image?.stdout).toMatch(/^Done\. \d+ packages in the image\./);
  expect(image?.stdout).toContain("sysupgrade");
  expect(JSON.parse(old?.stdout ?? "")).toMatchObject({ version: "25.12.1", packages: ["apk-mbedtls", "luci"] });
  const answer = JSON.parse(today?.stdout ?? "");
  expect(answer).toMatchObject({ new_release: true, packages: ["apk-mbedtls", "luci", "owut"] });
  expect(answer.changes.map(({ reason }: { reason: string }) => reason).join(" ")).toContain("owut");
  expect(list?.stdout).toContain("stable is 25.12.1");
  expect(list?.stdout).not.toContain("✗");
}

/** Starts the demo as `npm start` does and returns what it prints until one can begin. */
async function startDemo(): Promise<string> {
  const env = { ...process.env, PAWL_DEMO_DIR: dir.join("demo"), PAWL_DEMO_STATE_DIR: dir.join("state") };
  demo = spawn(process.execPath, [join(ROOT, "packages", "testkit", "demo", "main.ts")], {
    cwd: ROOT,
    detached: true,
    env,
  });
  let text = "";
  return new Promise((resolve, reject) => {
    demo?.stdout?.on("data", (data) => {
      text += data;
      if (text.includes("Ctrl-C here")) resolve(text);
    });
    demo?.stderr?.on("data", (data) => {
      text += data;
    });
    demo?.once("exit", () => reject(new Error(`the demo ended: ${text}`)));
  });
}

/** Ctrl-C reaches the whole group, as on a terminal. */
async function endDemo(): Promise<void> {
  const exit = new Promise((resolve) => demo?.once("exit", resolve));
  process.kill(-(demo?.pid ?? 0), "SIGINT");
  await exit;
  expect(existsSync(dir.join("demo"))).toBe(false);
  const left = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(dir.path));
  expect(left).toEqual([]);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** As if it were typed in this folder. */
function run(command: string): { status: number | null; stdout: string } {
  return spawnSync("sh", ["-c", command], { cwd: ROOT, encoding: "utf8" });
}
