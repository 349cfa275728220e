import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TempDir } from "../temp-dir.ts";
import { BootedMachine } from "./booted-machine.ts";
import { differences } from "./changed-files.ts";
import { OWN_BOOT_ID } from "./first-files.ts";
import { machineIsPossible } from "./machine-is-possible.ts";

/** Bits of capabilities(7). */
const CAP_SYS_MODULE = 1n << 16n;
const CAP_SYS_RAWIO = 1n << 17n;
const CAP_SYS_TIME = 1n << 25n;

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

const whyNot = machineIsPossible();

describe.skipIf(whyNot)(`a booted machine${whyNot ? ` (${whyNot})` : ""}`, () => {
  let machine: BootedMachine;

  beforeAll(async () => {
    machine = await BootedMachine.boot({
      files: {
        "/etc/systemd/system/echo.socket": {
          text: "[Socket]\nListenStream=/run/echo.sock\nAccept=yes\n[Install]\nWantedBy=sockets.target\n",
        },
        "/etc/systemd/system/echo@.service": {
          text: "[Service]\nUser=nobody\nStandardInput=socket\nStandardOutput=socket\nExecStart=/usr/bin/id -un\n",
        },
      },
    });
  });

  afterAll(() => machine?.shutdown());

  test("has its own systemd, name, disk and network, and the Node of the tests", async () => {
    expect(await machine.succeed(["systemctl", "is-system-running"])).toBe("running\n");
    expect(await machine.read("/proc/1/comm")).toBe("systemd\n");
    expect(await machine.succeed(["hostname"])).toBe("appliance\n");
    expect(await machine.succeed(["node", "--version"])).toBe(`${process.version}\n`);
    expect(await machine.succeed(["ls", "/sys/class/net"])).toBe("lo\n");
    expect(await machine.succeed(["cat", "/sys/class/net/lo/carrier"])).toBe("1\n");
    const before = await machine.changedFiles();
    await machine.write("/etc/only-here", "x\n");
    await machine.succeed(["rm", "/etc/debian_version"]);
    expect(readdirSync("/etc")).not.toContain("only-here");
    expect(readdirSync("/etc")).toContain("debian_version");
    const changes = differences(before, await machine.changedFiles());
    expect(changes.filter((line) => line.includes("/etc/"))).toEqual(["+ /etc/debian_version", "+ /etc/only-here"]);
  });

  test("starts a service when its socket is called, as the user it names", async () => {
    await machine.succeed(["systemctl", "start", "echo.socket"]);
    expect(await machine.succeed(["systemctl", "list-units", "--no-legend", "echo@*"])).toBe("");
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(machine.hostPath("/run/echo.sock"), () => undefined);
      let text = "";
      socket.on("data", (data) => (text += data)).on("end", () => resolve(text));
      socket.on("error", reject);
    });
    expect(answer).toBe("nobody\n");
  });

  test("a hardened unit sees the same boot id, with a drop-in", async () => {
    const [, setting = ""] = OWN_BOOT_ID.text.trim().split("\n");
    const hardened = ["--property=ProtectKernelTunables=yes", `--property=${setting}`];
    const seen = await machine.succeed(["systemd-run", "--wait", "--pipe", "--quiet", ...hardened, "cat", BOOT_ID]);
    expect(seen).toBe(await machine.read(BOOT_ID));
    expect(seen).not.toBe(readFileSync(BOOT_ID, "utf8"));
  });

  test("runs programs as another user, who may not do what only root may", async () => {
    expect(await machine.succeed(["id", "-un"], { user: "nobody" })).toBe("nobody\n");
    const stop = await machine.run(["systemctl", "stop", "echo.socket"], { user: "nobody" });
    expect(stop).toMatchObject({ code: 1, stderr: expect.stringContaining("authentication required") });
    expect(await machine.succeed(["systemctl", "is-active", "echo.socket"])).toBe("active\n");
  });

  test("ends a program that takes too long, and passes on input, variables and how it ended", async () => {
    expect(await machine.run(["sleep", "60"], { timeoutMs: 200 })).toMatchObject({ code: 137 });
    expect(
      await machine.run(["sh", "-c", "cat; echo $WORD >&2; exit 3"], { input: "in", env: { WORD: "hello" } }),
    ).toEqual({
      code: 3,
      stdout: "in",
      stderr: "hello\n",
    });
  });

  test("can't change what it shares with the host: the kernel's settings, its modules, its clock", async () => {
    expect((await machine.run(["test", "-w", "/proc/sys/kernel/panic"])).code).toBe(1);
    for (const process of ["1", "self"]) {
      const status = await machine.read(`/proc/${process}/status`);
      const bounding = BigInt(`0x${/CapBnd:\s+(\w+)/.exec(status)?.[1]}`);
      expect(bounding & (CAP_SYS_MODULE | CAP_SYS_RAWIO | CAP_SYS_TIME)).toBe(0n);
    }
  });

  test("a power cycle kills all that runs, keeps the disk, and clears /run and /tmp", async () => {
    await machine.succeed(["systemctl", "enable", "echo.socket"]);
    await machine.write("/var/lib/kept/file", "kept\n", 0o600);
    await machine.write("/run/gone", "");
    await machine.write("/tmp/gone", "");
    const before = await machine.read(BOOT_ID);
    const running = machine.run(["sh", "-c", "echo >/run/started; exec sleep 60"]);
    await machine.waitFor("it to run", () => machine.exists("/run/started"), 5_000);

    await machine.powerOff();
    expect(await running).toMatchObject({ code: 137 });
    expect(await machine.read("/var/lib/kept/file")).toBe("kept\n");
    await machine.write("/var/lib/kept/second", "written while off\n");
    await machine.powerOn();

    expect(await machine.succeed(["stat", "-c", "%a", "/var/lib/kept/file"])).toBe("600\n");
    expect(await machine.read("/var/lib/kept/second")).toBe("written while off\n");
    expect([await machine.exists("/run/gone"), await machine.exists("/tmp/gone")]).toEqual([false, false]);
    expect(await machine.read(BOOT_ID)).not.toBe(before);
    expect(await machine.succeed(["systemctl", "is-active", "echo.socket"])).toBe("active\n");
  });
});

test.skipIf(whyNot)("nothing of a machine stays, also when the process that booted it is killed", async () => {
  const source = `
    import { BootedMachine } from ${JSON.stringify(fileURLToPath(new URL("./booted-machine.ts", import.meta.url)))};
    const machine = await BootedMachine.boot();
    console.log(machine.hostPath("/").split("/")[2]);
    setInterval(() => {}, 1000);`;
  await using dir = await TempDir.create();
  const booter = spawn(process.execPath, ["--input-type=module-typescript", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: dir.path },
  });
  const pid = Number(await new Promise((resolve) => booter.stdout.once("data", (data) => resolve(String(data)))));
  expect(readFileSync(`/proc/${pid}/comm`, "utf8")).toBe("systemd\n");
  expect(readdirSync(dir.path)).toHaveLength(1);
  booter.kill("SIGKILL");
  await expect.poll(() => readdirSync(dir.path)).toEqual([]);
  await expect.poll(() => existsSync(`/proc/${pid}/root/etc`)).toBe(false);
  expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain("pawl-machine");
});
