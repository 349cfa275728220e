import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SUDOERS } from "../packages/device/setup/sudoers.ts";
import { isRoot, SplitDevice } from "./takeover/split-device.ts";

const SUDO = "/usr/bin/sudo";

/** A mount namespace of our own gives sudo another /etc and another /usr/local than this machine's. */
function isPossible(): boolean {
  const is = isRoot() && existsSync(SUDO) && spawnSync("unshare", ["--mount", "true"]).status === 0;
  if (!is && process.env.CI) throw new Error("The tests of the sudoers line need root, sudo and mount namespaces.");
  return is;
}

describe.skipIf(!isPossible())("§7 whoever has taken over the API's user calls root's side by sudo", () => {
  let device: SplitDevice;

  beforeAll(async () => {
    device = await SplitDevice.create();
    await device.publish("1.1.0");
    await device.publish("1.2.0");
    // As `pawl setup` lays them: all of it in place of the machine's own.
    await cp("/etc", device.join("machine/etc"), { recursive: true, verbatimSymlinks: true });
    await mkdir(device.join("machine/etc/pawl"), { recursive: true });
    await copyFile(device.config, device.join("machine/etc/pawl/pawl.yaml"));
    for (const [name, line] of [
      ["passwd", `pawl:x:${device.uid}:${device.uid}::/nonexistent:/usr/sbin/nologin`],
      ["group", `pawl:x:${device.uid}:`],
      ["shadow", "pawl:!:19000::::::"],
    ]) {
      const path = device.join("machine/etc", name ?? "");
      await writeFile(path, `${(await readFile(path, "utf8")).trimEnd()}\n${line}\n`);
    }
    await mkdir(device.join("machine/local/bin"), { recursive: true });
    await mkdir(device.join("machine/local/sbin"));
    await copyFile(device.program, device.join("machine/local/bin/pawl"));
    await symlink("/usr/local/bin/pawl", device.join("machine/local/sbin/pawl-apply"));
    await symlink(process.execPath, device.join("machine/local/bin/node"));
    // A device whose own sudoers file lets more through than Debian's.
    const lax =
      'Defaults !env_reset\nDefaults env_keep += "NODE_OPTIONS LD_PRELOAD PAWL_CONFIG PATH"\nroot ALL=(ALL) ALL\n';
    await writeFile(device.join("machine/etc/sudoers"), `${lax}@includedir /etc/sudoers.d\n`, { mode: 0o440 });
    await rm(device.join("machine/etc/sudoers.d"), { recursive: true, force: true });
    await mkdir(device.join("machine/etc/sudoers.d"), { mode: 0o750 });
    await writeFile(device.join("machine/etc/sudoers.d/pawl"), SUDOERS, { mode: 0o440 });
  });

  afterAll(async () => {
    await device?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await rm(device.marker, { force: true });
  });

  /** Runs a program on that machine: what it said, and its code. */
  function onMachine(...argv: string[]): { status: number | null; output: string } {
    const enter = 'mount --bind "$0/etc" /etc && mount --bind "$0/local" /usr/local && cd "$1" && shift && exec "$@"';
    const all = ["--mount", "/bin/sh", "-c", enter, device.join("machine"), device.api(), ...argv];
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
    const { status, stdout, stderr } = spawnSync("unshare", all, { encoding: "utf8", env, timeout: 60_000 });
    return { status, output: stdout + stderr };
  }

  /** Runs a shell script there as the API's user. */
  function asPawl(script: string, ...args: string[]): { status: number | null; output: string } {
    const user = ["setpriv", `--reuid=${device.uid}`, `--regid=${device.uid}`, "--clear-groups", "--"];
    return onMachine(...user, "/bin/sh", "-c", script, "sh", ...args);
  }

  /** A version that isn't in place. */
  async function another(): Promise<string> {
    return (await device.currentVersion()) === "1.1.0" ? "1.2.0" : "1.1.0";
  }

  /** Programs that say so when root runs them, in a folder of the attacker's. */
  async function traps(...names: string[]): Promise<string> {
    const bin = device.api("bin");
    device.mustAttack("mkdir -p bin");
    for (const name of names) {
      const script = `#!/bin/sh\\n[ "$(/usr/bin/id -u)" = 0 ] && echo ${name} >> ${device.marker}\\nexit 1\\n`;
      device.mustAttack(`printf '${script}' > bin/${name} && chmod 755 bin/${name}`);
    }
    return bin;
  }

  const PROGRAMS = ["node", "env", "systemctl", "sync", "zstd", "df", "sh", "service"];

  test("the rule itself works, and is what lets an order through", async () => {
    const { update } = await device.handedOver("1.1.0");
    const { status, output } = asPawl(`${SUDO} -n /usr/local/sbin/pawl-apply install kitchen "$1"`, update.id);
    expect([status, output]).toEqual([0, ""]);
    expect(await device.currentVersion()).toBe("1.1.0");
  });

  test("a PATH of its own, NODE_OPTIONS, LD_PRELOAD and PAWL_ variables get nothing run, and change nothing", async () => {
    const { update } = await device.handedOver("1.2.0");
    const bin = await traps(...PROGRAMS);
    await writeFile(device.join("mine.cjs"), `require("fs").appendFileSync("${device.marker}", "required\\n")`);
    await chmod(device.join("mine.cjs"), 0o644);
    const hostile = [
      `PATH="${bin}:$PATH"`,
      `NODE_OPTIONS="--require ${device.join("mine.cjs")}"`,
      `NODE_PATH="${bin}"`,
      `LD_PRELOAD="${bin}/node"`,
      `PAWL_CONFIG="${device.api("mine.yaml")}"`,
      `PAWL_STATE_DIR="${device.api("state")}"`,
      `PAWL_HOOKS_DIR="${bin}"`,
      `HOME="${device.api()}"`,
      `BASH_ENV="${bin}/sh"`,
      `ENV="${bin}/sh"`,
      `TMPDIR="${device.api()}"`,
    ].join(" ");
    const { status, output } = asPawl(
      `export ${hostile}; ${SUDO} -n /usr/local/sbin/pawl-apply install kitchen "$1"`,
      update.id,
    );
    expect([status, output.replace(/^ERROR: ld.so.*\n/gm, "")]).toEqual([0, ""]);
    expect(existsSync(device.marker)).toBe(false);
    expect(await device.currentVersion()).toBe("1.2.0");
    expect(await device.rootsFilesInApi()).toEqual([]);
  });

  test("the same traps catch a rule that is less strict", async () => {
    const bin = await traps(...PROGRAMS);
    const lax = SUDOERS.replace(/^Defaults.*\n/gm, "");
    await writeFile(device.join("machine/etc/sudoers.d/pawl"), lax);
    try {
      asPawl(`PATH="${bin}:$PATH" ${SUDO} -n /usr/local/sbin/pawl-apply install kitchen 0000000a-000000`);
    } finally {
      await writeFile(device.join("machine/etc/sudoers.d/pawl"), SUDOERS);
    }
    expect(await readFile(device.marker, "utf8")).toMatch(/^(env|node)\n/);
  });

  test("an environment that somebody let through all the same is dropped by root's side itself", async () => {
    const bin = await traps(...PROGRAMS);
    const hostile = [`PATH=${bin}`, `PAWL_STATE_DIR=${device.api("state")}`, `PAWL_CONFIG=${device.api("mine.yaml")}`];
    const call = async (...program: string[]) => {
      const { update } = await device.handedOver(await another());
      const order = ["install", "kitchen", update.id];
      return onMachine("/usr/bin/env", ...hostile, process.execPath, ...program, ...order);
    };
    expect(await call("/usr/local/sbin/pawl-apply")).toEqual({ status: 0, output: "" });
    expect(existsSync(device.marker)).toBe(false);
    // Under its other name, which nobody may call as root, it takes its caller's word for where programs are.
    await call("/usr/local/bin/pawl", "apply", "--config", "/etc/pawl/pawl.yaml");
    expect(await readFile(device.marker, "utf8")).toContain("sync\n");
  });

  test("where sudo starts what it has open, under a name that isn't any, no other command is to be had", async () => {
    const sudoers = device.join("machine/etc/sudoers.d/pawl");
    await writeFile(sudoers, `Defaults fdexec=always\n${SUDOERS}`);
    try {
      for (const words of ["status", "config check", "--version", "schedule"]) {
        const { status, output } = asPawl(`${SUDO} -n /usr/local/sbin/pawl-apply ${words}`);
        expect(output, words).toMatch(/^pawl: sudo was asked for pawl-apply and has started \/dev\/fd\/\d+, .*\n$/);
        expect(status, words).toBe(2);
      }
    } finally {
      await writeFile(sudoers, SUDOERS);
    }
  });

  test.each([
    [
      "a variable on sudo's own command line",
      "PAWL_CONFIG=/tmp/mine.yaml /usr/local/sbin/pawl-apply install kitchen 0000000a-000000",
    ],
    ["its whole environment kept", "-E /usr/local/sbin/pawl-apply install kitchen 0000000a-000000"],
    ["the program under its other name", "/usr/local/bin/pawl install"],
    ["node itself", "/usr/local/bin/node -e 1"],
    ["a shell", "/bin/sh -c id"],
    ["an editor of the configuration", "-e /etc/pawl/pawl.yaml"],
    ["another user", "-u daemon /usr/local/sbin/pawl-apply install kitchen 0000000a-000000"],
  ])("%s: sudo refuses", async (_, call) => {
    const before = await device.outside();
    const { status, output } = asPawl(`${SUDO} -n ${call}`);
    expect(status).toBe(1);
    expect(output).toMatch(/^sudo: .*(password is required|not allowed)/m);
    expect(await device.outside()).toEqual(before);
  });

  test.each([
    ["a folder that is gone", "mkdir gone && cd gone && rmdir ../gone"],
    [
      "a folder with files that Node would read",
      "echo '{\"type\":\"x\"' > package.json; mkdir -p node_modules; echo 'x' > .noderc",
    ],
    ["no input, output or errors", "exec 0<&- 1>&- 2>&-"],
    ["a mask of its own", "umask 777"],
  ])(
    "from %s: it is carried out all the same",
    async (_, prepare) => {
      const version = await another();
      const { update } = await device.handedOver(version);
      asPawl(`${prepare}; ${SUDO} -n /usr/local/sbin/pawl-apply install kitchen "$1"`, update.id);
      expect(await device.currentVersion()).toBe(version);
      for (const path of ["state.json", "history.jsonl", "installed.json"]) {
        expect(device.attack('cat "$1" > /dev/null', device.root(path)), path).toMatchObject({ code: 0 });
      }
      expect(await device.rootsFilesInApi()).toEqual([]);
      device.attack("rm -rf package.json node_modules .noderc");
    },
    60_000,
  );
});
