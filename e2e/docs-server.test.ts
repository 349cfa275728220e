import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, MirrorServer, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SCOPES } from "../packages/server/auth/scopes.ts";
import { loadDistributions } from "../packages/server/catalog/facts.ts";
import { Keyring } from "../packages/server/catalog/upstream/index.ts";
import { checkConfig } from "../packages/server/config/check.ts";
import { DistributionConfig, ServerConfig } from "../packages/server/config/schema.ts";
import { SERVER_ERRORS } from "../packages/server/error.ts";
import { OPERATIONS } from "../packages/server/http/operations.ts";
import { loadAllUpgradeFacts } from "../packages/server/upgrades/all-facts.ts";
import { ROOT } from "../scripts/bootstrap.mjs";
import { blocksOf, differencesFrom } from "./document-blocks.ts";

const SERVER = join(ROOT, "packages", "server", "bin", "pawl.mjs");
/** Where the documents say that the server is. */
const DOCUMENTED = "http://127.0.0.1:8080";
const START_WITHIN_MS = 60_000;
/** For one block. What takes longer is ended, so that it can be seen how far it came and nothing of it is left. */
const RUN_WITHIN_MS = 90_000;

let dir: TempDir;

beforeAll(async () => {
  dir = await TempDir.create("pawl-docs-server-");
});

afterAll(() => dir?.[Symbol.asyncDispose]());

describe("on a machine that has nothing but the configuration of docs/server.md,", () => {
  let mirror: MirrorServer;
  let url: string;
  let env: NodeJS.ProcessEnv;
  let server: ChildProcess | undefined;
  let serverSaid = "";

  beforeAll(async () => {
    mirror = await MirrorServer.start();
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    await writeFile(dir.join("pawl"), `#!/bin/sh\nexec '${process.execPath}' '${SERVER}' "$@"\n`);
    await chmod(dir.join("pawl"), 0o755);
    await writeFile(dir.join("pawl-server.yaml"), blocksOf("docs/server.md").find(isYaml)?.text ?? "");
    const { usign, apk } = mirror.keys;
    env = {
      ...process.env,
      PATH: `${dir.path}${delimiter}${process.env.PATH}`,
      // As it stands there, but for the addresses and folders of this machine.
      PAWL_SERVER_LISTEN: address,
      PAWL_URL: url,
      PAWL_SERVER_STATE_DIR: dir.join("state"),
      PAWL_SERVER_DISTRIBUTIONS__OPENWRT__UPSTREAM_URL: mirror.url,
      PAWL_SERVER_DISTRIBUTIONS__OPENWRT__KEYS: JSON.stringify({ usign: [usign.public], apk: [apk.pem] }),
    };
  });

  afterAll(async () => {
    if (server?.exitCode === null) {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
    await mirror?.[Symbol.asyncDispose]();
  });

  test("every command of it works, in its order", async () => {
    const blocks = blocksOf("docs/server.md").filter(({ language }) => language === "sh");
    expect(blocks.length).toBeGreaterThan(6);
    for (const { text } of blocks) {
      if (text === "pawl serve\n") await startServer();
      else await run(text);
    }
    expect(server).toBeDefined();
  });

  test.each([
    ["docs/server-api.md", 8],
    ["README.md", 4],
  ])("every answer that %s shows is what the server says", async (document, least) => {
    const blocks = blocksOf(document).filter(({ language }) => language === "sh");
    expect(blocks.length).toBeGreaterThan(least);
    for (const { text, answer } of blocks) {
      const said = await run(text);
      // What shows no answer has only to work.
      if (answer === undefined || answer === null) continue;
      if (answer.language === "text") expect(said.trim(), text).toBe(answer.text.trim());
      else expect(differencesFrom(JSON.parse(answer.text), JSON.parse(said)), `${text}${said}`).toEqual([]);
    }
  });

  /** As if it were typed there; each line has to work. */
  async function run(block: string): Promise<string> {
    const script = block.replaceAll(DOCUMENTED, url).replaceAll("npx pawl", "pawl");
    // A group of its own: what the shell has started ends with it.
    const child = spawn("sh", ["-ec", script], {
      cwd: dir.path,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const late = setTimeout(() => child.pid && process.kill(-child.pid, "SIGKILL"), RUN_WITHIN_MS);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data) => (stdout += data));
    child.stderr.on("data", (data) => (stderr += data));
    const [code, signal] = await once(child, "close");
    clearTimeout(late);
    const end = signal === null ? "" : `It took too long. The server said last:\n${serverSaid.slice(-4_000)}`;
    expect(code, `${block}${stdout}${stderr}${end}`).toBe(0);
    return stdout;
  }

  async function startServer(): Promise<void> {
    const started = spawn(dir.join("pawl"), ["serve"], { cwd: dir.path, env, stdio: ["ignore", "pipe", "pipe"] });
    server = started;
    for (const stream of [started.stdout, started.stderr]) stream.on("data", (data) => (serverSaid += data));
    const until = Date.now() + START_WITHIN_MS;
    while (Date.now() < until && started.exitCode === null) {
      if (await fetch(`${url}/health/live`).catch(() => null)) return;
      await sleep(50);
    }
    throw new Error(`pawl serve didn't come up: ${serverSaid}`);
  }
});

const isYaml = ({ language }: { language: string }) => language === "yaml";

const CONFIGURATIONS = blocksOf("docs/server.md")
  .filter(isYaml)
  .map(({ text }, at) => ({ nth: at + 1, text }));

test.each(CONFIGURATIONS)("a server can start with configuration $nth of docs/server.md", async ({ text }) => {
  const path = dir.join("shown.yaml");
  await writeFile(path, text);
  const { config, problems } = await checkConfig({ path, env: {} });
  expect(problems).toEqual([]);
  const distributions = await loadDistributions(config?.distributions ?? {});
  await loadAllUpgradeFacts(distributions, config?.distributions);
  expect(() => distributions.map(({ keys }) => Keyring.parse(keys))).not.toThrow();
});

test("docs/server.md lists every setting, with its default", async () => {
  const text = await readFile(join(ROOT, "docs", "server.md"), "utf8");
  const [ofBucket = ""] = /^\| `store\.s3\.` .*?\n\n/ms.exec(text) ?? [];
  const documented = settingsIn(text.replace(ofBucket, ""));
  expect(documented.map(([name]) => name).sort()).toEqual(settingsOf(ServerConfig.parse({})).sort());
  const defaults = ServerConfig.parse({});
  for (const [name, value] of documented) {
    const file = name.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), parse(value));
    expect(ServerConfig.parse(file), name).toEqual(defaults);
  }
  const { bucket: _, ...bucketDefaults } = ServerConfig.parse({ store: { s3: { bucket: "pawl" } } }).store.s3 ?? {};
  const ofStore = settingsIn(ofBucket).filter(([name]) => name !== "bucket");
  expect(Object.fromEntries(ofStore.map(([name, value]) => [name, parse(value)]))).toEqual(bucketDefaults);
  const [, ofDistributions = ""] = /^## Distributions\n(.*?)^## /ms.exec(text) ?? [];
  const named = [...ofDistributions.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|/gm)].flatMap(([, names = ""]) =>
    namesIn(names),
  );
  expect(named.sort()).toEqual(Object.keys(DistributionConfig.shape).sort());
  for (const scope of SCOPES) expect(text).toContain(`\`${scope}\``);
});

test("docs/server-api.md names every call and every code", async () => {
  const text = await readFile(join(ROOT, "docs", "server-api.md"), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  const spans = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span));
  const named = spans.map((span) =>
    span
      .replace(/^[A-Z]+ /, "")
      .replace(/\?.*$/, "")
      .replace(/^…/, ""),
  );
  const missing = OPERATIONS.filter(
    ({ path }) => !text.includes(`${path} `) && !named.some((name) => name.length > 3 && path.endsWith(name)),
  );
  expect(missing.map(({ path }) => path)).toEqual([]);
  const unnamed = Object.entries(SERVER_ERRORS).filter(
    ([code, status]) => !rows.some((row) => row.includes(`\`${code}\``) && row.split("|")[1]?.includes(String(status))),
  );
  expect(unnamed).toEqual([]);
});

test.skipIf(!existsSync("/usr/bin/systemd-analyze"))("systemd understands the unit in docs/server.md", async () => {
  const unit = blocksOf("docs/server.md").find(({ language }) => language === "ini")?.text ?? "";
  const path = dir.join("pawl-server.service");
  await writeFile(path, unit.replace("/usr/bin/node", process.execPath).replace(/^User=.*\n/m, ""));
  const child = spawn("systemd-analyze", ["verify", "--man=no", path], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
  const [code] = await once(child, "close");
  // It also speaks of other units of the machine.
  expect(said.split("\n").filter((line) => line.includes("pawl-server"))).toEqual([]);
  expect(code, said).toBe(0);
});

/** The names and defaults of a table, or of several. */
function settingsIn(text: string): (readonly [name: string, value: string])[] {
  const rows = [...text.matchAll(/^\| (`[a-z_0-9.]+`(?:, `[a-z_.]+`)*) \| `(.*?)` \|/gm)];
  return rows.flatMap(([, names = "", value = ""]) => namesIn(names).map((name) => [name, value] as const));
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

/** `catalog.refresh` and all others, as the defaults have them. */
function settingsOf(config: object, above = ""): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const name = `${above}${key}`;
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value) && key !== "distributions";
    return isGroup ? settingsOf(value, `${name}.`) : [name];
  });
}
