import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { GitSource, PipInstall } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../system/run.ts";
import { ended, inShort, PATIENT, programs } from "./doctor-fixture.ts";
import { lookAtGit } from "./git.ts";
import { lookAtPython, type PythonPatient } from "./python.ts";
import { secretsOfSource } from "./secrets.ts";
import { assessStart, lookAtStarts } from "./service-start.ts";

const SELF = { uid: process.getuid?.() ?? 0, gids: [process.getgid?.() ?? 0] };
const isRoot = SELF.uid === 0;

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await chmod(dir.path, 0o755);
});
afterEach(() => dir[Symbol.asyncDispose]());

describe("git", () => {
  const HTTPS = { url: "https://git.example.org/me/kettle.git" };
  const look = (source: object, runs = run) => lookAtGit(GitSource.parse(source), SELF, runs, PATIENT);

  test("is there, and by https nothing else is needed", async () => {
    expect(inShort(await look(HTTPS))).toEqual([expect.stringMatching(/^ok: git 2\.\d+\S* is there$/)]);
  });

  test.each([
    ["git version 2.30.2\n", "trouble: The git of this device is too old, or doesn't work (git version 2.30.2)"],
    ["", "trouble: The git of this device is too old, or doesn't work (it ended with 0)"],
    ["git version 3.0.1\n", "ok: git 3.0.1 is there"],
  ])("that says %j", async (said, short) => {
    expect(inShort(await look(HTTPS, programs({ "git --version": ended(said) })))).toEqual([short]);
  });

  test("that isn't there, or no ssh where it goes by that, is a trouble with what to install", async () => {
    const [git, ssh] = await look({ url: "git@git.example.org:me/kettle.git" }, programs({}));
    expect(git).toMatchObject({
      ok: "trouble",
      fix: expect.stringMatching(/^sudo apt install git; .*follow: branches/),
    });
    expect(ssh).toMatchObject({ ok: "trouble", fix: "sudo apt install openssh-client" });
  });

  test("ssh takes no key of its user's that others may read, and needs to know its hosts", async () => {
    const key = dir.join("key");
    await writeFile(key, "", { mode: 0o640 });
    const source = {
      url: "ssh://git@git.example.org/me/kettle.git",
      key_file: key,
      known_hosts_file: dir.join("hosts"),
    };
    const [, bad, hosts] = await look(source);
    expect(bad).toMatchObject({ ok: "trouble", fix: `chmod 600 ${key}` });
    expect(hosts).toMatchObject({ ok: "trouble", title: expect.stringContaining("isn't there") });
    await chmod(key, 0o600);
    await writeFile(dir.join("hosts"), "");
    expect(await look(source)).toHaveLength(1);
    expect(secretsOfSource({ git: GitSource.parse(source) })).toEqual([{ key: "source.git.key_file", path: key }]);
  });
});

describe("Python", () => {
  const look = (config: object, more: Partial<PythonPatient> = {}) =>
    lookAtPython(
      {
        config: PipInstall.parse({ distribution: "kettle", home: dir.join("home"), ...config }),
        ...{ run, self: SELF, isRoots: isRoot, ...more },
      },
      PATIENT,
    );

  test("says which one builds, and whether it could compile", async () => {
    const workshop = { has: async () => false, availableBytes: async () => null };
    const [found, ...more] = await look({}, { workshop });
    expect(found).toMatchObject({
      ok: "ok",
      title: expect.stringMatching(/^Python 3\.\d+\.\d+ with pip \d\S* builds it$/),
      detail: expect.stringContaining("sudo apt install build-essential"),
    });
    expect(more).toEqual([]);
  });

  test("that isn't there, and files that aren't, are troubles with what to do", async () => {
    const config = { python: dir.join("python3"), constraints: dir.join("no.txt"), find_links: [dir.join("wheels")] };
    const found = await look(config);
    expect(found.map(({ ok }) => ok)).toEqual(["trouble", "trouble", "trouble"]);
    expect(found[0]).toMatchObject({
      title: `There is no Python at ${dir.join("python3")}`,
      fix: "sudo apt install python3 python3-pip",
    });
    expect(found[1]?.title).toBe(`constraints: ${dir.join("no.txt")} isn't there`);
  });

  test.runIf(isRoot)(
    "that others than root can change is a trouble where root runs it, and isn't started",
    async () => {
      const python = dir.join("python3");
      await writeFile(python, `#!/bin/sh\ntouch ${dir.join("sprung")}\n`, { mode: 0o755 });
      await chown(python, 54_321, 54_321);
      expect(inShort(await look({ python }))).toEqual([
        `trouble: Root would run ${python}, and others than root can change ${python}`,
      ]);
      await expect(chmod(dir.join("sprung"), 0o600)).rejects.toMatchObject({ code: "ENOENT" });
    },
  );

  test.runIf(isRoot)(
    "the home of the environments and what builds read must be root's, too, and for the builder to read",
    async () => {
      await mkdir(dir.join("home"));
      await chown(dir.join("home"), 54_321, 54_321);
      expect(inShort(await look({}))[0]).toContain(`others than root can change ${dir.join("home")}`);
      await chown(dir.join("home"), 0, 0);
      const constraints = dir.join("constraints.txt");
      await writeFile(constraints, "", { mode: 0o600 });
      expect((await look({ constraints }))[1]).toMatchObject({
        title: `constraints: the user who builds (65534) can't read ${constraints}`,
        fix: `chmod o+rX ${constraints}`,
      });
    },
  );
});

describe("the units of environments that stand side by side", () => {
  const HOME = "/opt/kettle";
  const start = (argv: string) => `{ path=${argv.split(" ")[0]} ; argv[]=${argv} ; ignore_errors=no ; pid=0 }`;

  test.each([
    ["/opt/kettle/current/bin/kettle --port 80", ["ok: kettle.service starts what /opt/kettle/current leads to"]],
    ["/usr/local/bin/kettle", []],
    [
      "/opt/kettle/releases/1.0.0/bin/kettle",
      ["trouble: kettle.service starts one release, whichever is installed later"],
    ],
    [
      "/opt/kettle/current/bin/python3 -m kettle",
      [
        expect.stringMatching(
          /^warning: .*what it imports after a switch, and before its restart, is the new release's$/,
        ),
      ],
    ],
  ])("%s", (argv, found) => {
    expect(inShort(assessStart("kettle.service", start(argv), HOME))).toEqual(found);
  });

  test("are asked for how they start, and nothing is started", async () => {
    const calls: string[] = [];
    const shown = ended(`ExecStart=${start("/opt/kettle/releases/1.0.0/bin/kettle")}\n`);
    const runs = programs({ "systemctl show -p ExecStart kettle.service": shown }, calls);
    const services = [
      { unit: "kettle.service", optional: false },
      { reload: "nginx", optional: false },
    ];
    expect((await lookAtStarts(services, HOME, runs, PATIENT))[0]).toMatchObject({
      fix: "sudo systemctl edit --full kettle.service: ExecStart=/opt/kettle/current/bin/<program>",
    });
    expect(calls).toEqual(["systemctl show -p ExecStart kettle.service"]);
  });
});
