import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startDaemon } from "../daemon.ts";
import { assertSentence, Device, until } from "./device.ts";
import { type Answer, WaywardHost } from "./wayward-host.ts";

// Networks that lead nowhere, to a sign-in page, or to somebody who talks so slowly that it never ends. Bodies that
// arrive a byte at a time until a deadline of minutes: packages/device/download/*.test.ts.

const PAGE = "<!doctype html><title>Welcome</title><p>Please sign in to use this network.</p>";

let device: Device;
let host: WaywardHost;
let portal: Server;
let portalUrl: string;

beforeAll(async () => {
  device = await Device.create();
  host = await WaywardHost.before(device.appliance);
  portal = createServer((_, answer) => answer.setHeader("content-type", "text/html; charset=utf-8").end(PAGE));
  await new Promise<void>((resolve) => portal.listen(0, "127.0.0.1", resolve));
  portalUrl = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
});
afterEach(() => host.heal());
afterAll(async () => {
  portal?.close();
  await host?.[Symbol.asyncDispose]();
  await device?.[Symbol.asyncDispose]();
});

const NO_NAME = /^The update server can't be reached: the name updates\.invalid can't be looked up\. Check the network/;
const WEB_PAGE = /answered with a web page instead of .*Check the address, and whether the network asks to sign in\.$/;

/** Each with what it makes of a check: the same for a person's command, and for the daemon's API. */
test.each<[string, Answer, { code: "offline" | "host_error"; says: RegExp }]>([
  [
    "DNS that fails: a host that sends on to a name nobody knows",
    (_, answer) => redirected(answer, "http://updates.invalid/"),
    { code: "offline", says: NO_NAME },
  ],
  [
    "a captive portal: 200 and a web page for everything",
    (_, answer) => Boolean(answer.setHeader("content-type", "text/html").end(PAGE)),
    { code: "host_error", says: WEB_PAGE },
  ],
  [
    "a captive portal: 302 to the sign-in page of another host",
    (_, answer) => redirected(answer, `${portalUrl}/login?from=pawl`),
    { code: "host_error", says: WEB_PAGE },
  ],
])("%s: a check fails, and what was known stays", async (_, wrong, { code, says }) => {
  const [before, known] = [await device.history(), await device.status()];
  host.answerWith(wrong);
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 1 });
  const failed = await device.assertCheckFailed({ code, says }, before);
  expect(failed).toMatchObject({ latest_version: known.latest_version, last_checked: known.last_checked });
  {
    await using daemon = await startDaemon(device.appliance);
    await fetch(`${daemon.url}/api/update/check`, { method: "POST", body: '{"force":true}' });
    await until(async () => (await device.status()).state !== "checking");
    await device.assertCheckFailed({ code, says }, before);
  }
  host.heal();
  await device.updatesAgain();
});

test("DNS that fails: a source under a name nobody knows", async () => {
  const before = await device.history();
  await device.appliance.changeConfig((text) => text.replaceAll(host.url, "http://updates.invalid"));
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 1 });
  await device.appliance.changeConfig((text) => text.replaceAll("http://updates.invalid", host.url));
  await device.assertCheckFailed({ code: "offline", says: NO_NAME }, before);
  await device.updatesAgain();
});

test("a captive portal that begins between the check and the download: the update fails, nothing is changed", async () => {
  const before = device.wholeRelease();
  const version = await device.publishNext();
  host.answerWith(({ url = "" }, answer) => url.endsWith(".tar.gz") && redirected(answer, `${portalUrl}/login`));
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 1 });
  await device.assertEnd(version, { code: "host_error", result: "failed", says: WEB_PAGE }, before);
  host.heal();
  await device.updatesTo(version);
});

test("slow-loris: headers that drip are given up after 15 s", async () => {
  const before = await device.history();
  host.answerWith(({ socket }) => drips(socket, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: "));
  const began = performance.now();
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 1 });
  expect(performance.now() - began).toBeLessThan(30_000);
  const says = /^The update server can't be reached: 127\.0\.0\.1:\d+ sent nothing for 15 s\.$/;
  await device.assertCheckFailed({ code: "offline", says }, before);
  host.heal();
  await device.updatesAgain();
});

test("slow-loris: a bundle whose bytes drip keeps nobody from cancelling, and nothing was changed", async () => {
  const before = device.wholeRelease();
  const version = await device.publishNext({ ballastBytes: 100_000 });
  let isDripping = false;
  host.answerWith(({ url = "", socket }) => {
    if (!url.endsWith(".tar.gz")) return false;
    isDripping = true;
    return drips(socket, "HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\n\r\nabcdefghijk");
  });
  const install = device.appliance.pawl.run("install", "--json");
  await until(() => isDripping);
  expect(await device.status()).toMatchObject({ state: "installing", phase: "downloading", current_version: before });
  const cancel = await device.appliance.pawl.run("cancel");
  expect(cancel).toMatchObject({ code: 0, stdout: "The update was cancelled. Nothing was changed.\n" });
  const { code, stdout } = await install;
  expect(code).toBe(6);
  assertSentence(JSON.parse(stdout).error, "The update was cancelled. Nothing was changed.");
  expect((await device.history())[0]).toMatchObject({ to: version, result: "cancelled" });
  expect(await device.status()).toMatchObject({ state: "idle", current_version: before, last_result: "cancelled" });
  expect(device.wholeRelease()).toBe(before);
  host.heal();
  await device.updatesTo(version);
});

test("slow-loris: a new release whose health address drips is gone back from", async () => {
  const before = device.wholeRelease();
  const version = await device.publishNext({ files: { "service.mjs": DRIPPING_SERVICE } });
  await device.appliance.changeConfig((text) => text.replace("within: 6s", "within: 2s"));
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 3 });
  const says = new RegExp(
    `^${version} was started but doesn't work: http://127\\.0\\.0\\.1:\\d+/version gave no answer for 5 s .*Pawl went back to ${before}\\.$`,
  );
  await device.assertEnd(version, { code: "health_failed", result: "rolled_back", says }, before);
  await device.appliance.changeConfig((text) => text.replace("within: 2s", "within: 6s"));
  await device.updatesAgain();
});

function redirected(answer: Parameters<Answer>[1], to: string): boolean {
  answer.writeHead(302, { location: to }).end();
  return true;
}

/** Sends the beginning of an answer, and then a byte twice a second for as long as somebody listens. */
function drips(socket: Socket, text: string): boolean {
  const drip = async () => {
    socket.write(text);
    for (; socket.writable; await sleep(500)) socket.write("x");
  };
  void drip();
  return true;
}

const DRIPPING_SERVICE = `
import { createServer } from "node:net";
const server = createServer((socket) => {
  socket.write("HTTP/1.1 200 OK\\r\\nX: ");
  const timer = setInterval(() => socket.write("x"), 200);
  socket.on("error", () => {}).on("close", () => clearInterval(timer));
});
server.listen(Number(process.env.APPLIANCE_PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;
