import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MirrorServer } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SCOPES } from "../auth/scopes.ts";
import { runCommand } from "../cli/testing/run-command.ts";
import { createLog } from "../log/log.ts";
import { type ServedServer, serveMiniature } from "./served-server.ts";

const USER = "bob";
const PASSWORD = "geheim-4711";
const SECRETS = [PASSWORD, `${USER}:`, Buffer.from(`${USER}:${PASSWORD}`).toString("base64")];

const taken = new AsyncDisposableStack();
const lines: string[] = [];
let server: ServedServer;
let token: string;
let config: string;
beforeAll(async () => {
  const mirror = taken.use(await MirrorServer.start());
  const withPassword = mirror.url.replace("://", `://${USER}:${PASSWORD}@`);
  const keys = { usign: [mirror.keys.usign.public], apk: [mirror.keys.apk.pem] };
  // Every sort of trouble has a sentence of its own, and most of them name an address.
  mirror.misbehave("releases/24.10.4/.targets.json", "hostile-names");
  mirror.misbehave("releases/24.10.4/targets/x86/64/", "missing-signature");
  mirror.misbehave("releases/24.10.4/targets/ath79/generic/", "wrong-signature");
  mirror.misbehave("releases/24.10.4/.overview.json", "hang");
  mirror.misbehave("**/x86_64/luci/*", { kind: "status", status: 404 });
  mirror.misbehave("**/x86_64/packages/*", "html");
  mirror.misbehave("**/x86_64/telephony/*", "missing-signature");
  server = taken.use(
    await serveMiniature({
      log: createLog({ level: "debug", human: false, destination: { write: (line) => void lines.push(line) } }),
      config: { catalog: { request_timeout: "500ms", load_timeout: "2s" } },
      distributions: {
        openwrt: { upstream_url: withPassword, keys },
        down: { upstream_url: `http://${USER}:${PASSWORD}@127.0.0.1:9` },
      },
    }),
  );
  token = await server.tokenFor(...SCOPES);
  const folder = await mkdtemp(join(tmpdir(), "password-"));
  taken.defer(() => rm(folder, { recursive: true }));
  config = join(folder, "pawl-server.yaml");
  await writeFile(config, JSON.stringify(server.settings));
});
afterAll(() => taken.disposeAsync());

/** What stands for parameters: once what is there, once what is in trouble or nowhere. */
const PARAMETERS: Readonly<Record<string, string>>[] = [
  { distribution: "openwrt", version: "24.10.5", target: "ath79", subtarget: "generic", profile: "generic" },
  { distribution: "openwrt", version: "24.10.4", target: "x86", subtarget: "64", package: "luci" },
  { distribution: "openwrt", version: "24.10.4", target: "ath79", subtarget: "generic", package: "luci" },
  { distribution: "down", version: "24.10.5", target: "x86", subtarget: "64" },
];
const FILES = [
  ...["latest", "branches", "overview", "releases/24.10.5/targets/ath79/generic/index"].map(
    (name) => `/json/v1/${name}.json`,
  ),
  "/json/v1/releases/24.10.4/packages/x86_64-index.json",
  "/releases/24.10.5/targets/ath79/generic/openwrt.img",
  "/snapshots/targets/x86/64/sha256sums",
  "/json/v1/releases/24.10.5/targets/nothing/generic/index.json",
];

function addresses(): string[] {
  const routes = server.composition.app.routes.filter(({ method, path }) => method === "GET" && !path.includes("*"));
  const filled = routes.flatMap(({ path }) =>
    PARAMETERS.map((values) => path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? "none")),
  );
  return [...new Set([...filled, ...FILES])];
}

test("no answer has a mirror's password in it", async () => {
  const asked = addresses();
  expect(asked.length).toBeGreaterThan(80);
  const said: string[] = [];
  for (const path of asked) {
    const headers = { authorization: `Bearer ${token}`, origin: "https://page.example" };
    const answer = await fetch(server.url + path, { headers, redirect: "manual" });
    said.push(`${path} ${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
  }
  expectNoSecret(said);
  const codes = (await server.composition.catalog.resources()).map(({ trouble }) => trouble?.code);
  const troubles = [
    "bad_name",
    "signature_missing",
    "signature_wrong",
    "timeout",
    "not_found",
    "html_instead",
    "mirror_down",
  ];
  expect(codes).toEqual(expect.arrayContaining(troubles));
  expect(said.filter((one) => one.includes("upstream_url")).length).toBeGreaterThan(3);
  expect(said.filter((one) => one.includes('"location"')).length).toBeGreaterThan(1);
});

test.each([
  "catalog list",
  "catalog list --json",
  "catalog show 24.10.5 ath79/generic",
  "catalog show 24.10.4 x86/64 --json",
  "catalog refresh --json",
  "config check",
  "config check --json",
])("nor has what `pawl %s` says", async (command) => {
  const args = command.split(" ");
  const { out, err } = await runCommand([...args, "--config", config]);
  expect(`${out}${err}`.length).toBeGreaterThan(20);
  expectNoSecret([out, err]);
});

test("nor has a line of the log, nor what is stored", async () => {
  expect(lines.length).toBeGreaterThan(20);
  expectNoSecret(lines);
  const { rows } = await server.composition.database.pool.query("select * from resource");
  expect(rows.length).toBeGreaterThan(10);
  expectNoSecret(rows.map((row) => JSON.stringify(row)));
});

function expectNoSecret(texts: readonly string[]): void {
  expect(texts.filter((text) => SECRETS.some((secret) => text.includes(secret)))).toEqual([]);
}
