import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { ROOT } from "../scripts/bootstrap.mjs";
import { DEVICE_FILE, NODES } from "./nodes.ts";

const there = Object.values(NODES).filter(({ isThere }) => isThere);

test.each(there)(
  "the commands of docs/publishing.md make a release that a device would take, on $name",
  async ({ path: node }) => {
    await using dir = await TempDir.create();
    await mkdir(dir.join("build"));
    await writeFile(dir.join("build", "index.html"), "hello");
    const path = await pathWithPawl(dir, node);
    const commands = await commandsOf("publishing.md");
    expect(commands.map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
      "pawl key generate",
      "pawl release pack",
      "pawl release verify",
      "pawl release index",
    ]);
    for (const command of commands) {
      const { status, stderr } = spawnSync("sh", ["-c", command], {
        cwd: dir.path,
        env: { ...process.env, PATH: path },
        encoding: "utf8",
      });
      expect(stderr).toBe("");
      expect(status, command).toBe(0);
    }
    expect(JSON.parse(await readFile(dir.join("public", "index.json"), "utf8"))).toMatchObject({
      name: "kitchen",
      releases: [{ version: "1.1.0", channel: "stable", notes: "Pictures of the kitchen." }],
    });
  },
);

test.each(there)(
  "the configuration in docs/device.md is one that Pawl takes, and its commands work on it, on $name",
  async ({ path }) => {
    await using dir = await TempDir.create();
    const text = await readFile(join(ROOT, "docs", "device.md"), "utf8");
    const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(text) ?? [];
    await writeFile(
      dir.join("pawl.yaml"),
      yaml.replace("/var/lib/pawl", dir.join("state")).replace("/opt/dashboard", dir.join("home")),
    );
    const env = { ...process.env, PATH: await pathWithPawl(dir, path), PAWL_CONFIG: dir.join("pawl.yaml") };
    for (const command of await commandsOf("device.md")) {
      const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { env, encoding: "utf8" });
      expect(status, `${command}: ${stdout}${stderr}`).toBe(0);
    }
  },
);

const SERVER_FILE = join(ROOT, "packages", "server", "main.ts");

test.each([
  ["the device's", DEVICE_FILE, 0],
  ["the server's", SERVER_FILE, 1],
] as const)(
  "every command that docs/cli.md lists among %s is there and explains itself",
  async (_, file, part) => {
    const text = await readFile(join(ROOT, "docs", "cli.md"), "utf8");
    const rows = [...(text.split("## The server's commands")[part] ?? "").matchAll(/^\| `pawl (.+?)` (.*?)\|/gm)];
    expect(rows.length).toBeGreaterThan(7);
    const commands = rows.flatMap(([, first = "", more = ""]) => {
      const words = first.split(/ [[A-Z-]/)[0]?.split(" ") ?? [];
      return [words, ...[...more.matchAll(/`([a-z]+)/g)].map(([, verb = ""]) => [...words.slice(0, -1), verb])];
    });
    const helps = commands.map((words) => {
      const { status, stdout } = spawnSync(process.execPath, [file, ...words, "--help"], { encoding: "utf8" });
      return [status, stdout.split("\n")[0]];
    });
    const usages = commands.map((words) => [0, expect.stringContaining(`Usage: pawl ${words.join(" ")}`)]);
    expect(helps).toEqual(usages);
  },
  60_000,
);

/** The indented lines of a document that begin with `pawl`. */
async function commandsOf(document: string): Promise<string[]> {
  const text = await readFile(join(ROOT, "docs", document), "utf8");
  return [...text.matchAll(/^ {4}(pawl .*)$/gm)].map(([, command = ""]) => command);
}

/** A PATH on which `pawl` is the one file, under that name, and `node` the one to run it. */
async function pathWithPawl(dir: TempDir, node: string): Promise<string> {
  const bin = dir.join("bin");
  await mkdir(bin);
  await cp(DEVICE_FILE, join(bin, "pawl"));
  await chmod(join(bin, "pawl"), 0o755);
  await symlink(node, join(bin, "node"));
  return `${bin}${delimiter}${process.env.PATH}`;
}
