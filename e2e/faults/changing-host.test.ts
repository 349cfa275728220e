import { createReadStream, readFileSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sign } from "@pawl/trust";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Device, until } from "./device.ts";
import { type Answer, WaywardHost } from "./wayward-host.ts";

// A release host that is of two minds: what it answers to one request doesn't fit what it answered before.

let device: Device;
let host: WaywardHost;
let before: string;

beforeAll(async () => {
  device = await Device.create();
  host = await WaywardHost.before(device.appliance);
});
afterEach(() => host.heal());
afterAll(async () => {
  await host?.[Symbol.asyncDispose]();
  await device?.[Symbol.asyncDispose]();
});

async function published(ballastBytes = 300_000): Promise<string> {
  before = device.wholeRelease();
  return device.publishNext({ ballastBytes });
}

async function installFails(exit = 1): Promise<void> {
  const install = await device.appliance.pawl.run("install");
  expect(install, install.stdout + install.stderr).toMatchObject({ code: exit });
  host.heal();
}

test("the manifest changes after the check, with a good signature: the release was moved, nothing is changed", async () => {
  const version = await published();
  const path = device.dir.join("host", version, "manifest.json");
  // Checked with one, downloaded with another: `pawl install` reads it once for each.
  host.answerWith(({ url }, _, n) => {
    if (url === `/${version}/manifest.json` && n === 2) resign(path, { "x-edition": "second" });
    return false;
  });
  await installFails();
  const says = /was changed at its source since it was found; check again/;
  await device.assertEnd(version, { code: "release_moved", result: "failed", says }, before);
  // What is there now is what an owner who asks again gets: the same version, and another release.
  await device.updatesTo(version);
});

test("the manifest and its signature are of two moments: the signature is wrong, nothing is changed", async () => {
  const version = await published();
  const manifest = readFileSync(device.dir.join("host", version, "manifest.json"));
  const history = await device.history();
  host.answerWith(({ url }, answer) => {
    if (url !== `/${version}/manifest.json`) return false;
    return Boolean(answer.setHeader("content-type", "application/json").end(`${manifest} `));
  });
  await installFails();
  await device.assertCheckFailed({ code: "signature_wrong", says: /sign/ }, history);
  await device.updatesTo(version);
});

test("the index changes while the update runs: what the check found is installed, the rest with the next check", async () => {
  const version = await published();
  let newest = "";
  host.answerWith(async ({ url = "" }) => {
    if (url.endsWith(".tar.gz") && newest === "") {
      newest = "being published";
      newest = await device.publishNext();
    }
    return false;
  });
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 0 });
  host.heal();
  await device.assertSuccess(version);
  expect(await device.appliance.pawl.run("check", "--force")).toMatchObject({ code: 0 });
  expect(await device.status()).toMatchObject({ latest_version: newest, has_update: true });
  await device.updatesTo(newest);
});

test("the index forgets the release while the update runs: it is installed all the same", async () => {
  const version = await published();
  const path = device.dir.join("host", "index.json");
  const full = readFileSync(path, "utf8");
  host.answerWith(({ url = "" }) => {
    if (url.endsWith(".tar.gz")) writeFileSync(path, JSON.stringify({ ...JSON.parse(full), releases: [] }));
    return false;
  });
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 0 });
  writeFileSync(path, full);
  await device.assertSuccess(version);
  await device.updatesAgain();
});

const NOT_THE_ONE = /^The file on 127\.0\.0\.1:\d+ isn't the one its release names\. Nothing of it was kept\.$/;
const LONGER = /^The file on 127\.0\.0\.1:\d+ is longer than its release says\. It was not downloaded\.$/;

test.each<[string, (bundle: Buffer) => Buffer, "hash_mismatch" | "too_large", RegExp]>([
  [
    "other bytes of the same length",
    (bundle) => Buffer.concat([bundle.subarray(0, -1), Buffer.of(0xaa)]),
    "hash_mismatch",
    NOT_THE_ONE,
  ],
  ["a few bytes more", (bundle) => Buffer.concat([bundle, Buffer.from("more")]), "too_large", LONGER],
  ["a few bytes less", (bundle) => bundle.subarray(0, -4), "hash_mismatch", NOT_THE_ONE],
])("the bundle is %s than the manifest says: nothing of it is kept", async (_, change, code, says) => {
  const version = await published();
  host.answerWith(({ url = "" }, answer) => {
    if (!url.endsWith(".tar.gz")) return false;
    const bundle = change(readFileSync(device.dir.join("host", url)));
    return Boolean(answer.setHeader("content-length", bundle.length).end(bundle));
  });
  await installFails();
  await device.assertEnd(version, { code, result: "failed", says }, before);
  await device.updatesTo(version);
});

test("a size that changes while it is sent: a length nobody declared is cut off where the manifest says", async () => {
  const version = await published();
  host.answerWith(({ url = "" }, answer) => {
    if (!url.endsWith(".tar.gz")) return false;
    answer.writeHead(200, { "content-type": "application/gzip" });
    createReadStream(device.dir.join("host", url))
      .on("end", () => void endless(answer))
      .pipe(answer, { end: false });
    return true;
  });
  await installFails();
  await device.assertEnd(version, { code: "too_large", result: "failed", says: LONGER }, before);
  await device.updatesTo(version);
});

test("a range is answered from another file: what was put together is thrown away, and the whole file is fetched", async () => {
  const version = await published();
  host.answerWith(inTwoHalves(() => "otherwise right"));
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 0 });
  expect(host.askedFor(bundleOf(version))).toBe(3);
  await device.assertSuccess(version);
  host.heal();
  await device.updatesAgain();
});

test("a range is answered from another file, and then the whole is, too: nothing of it is kept", async () => {
  const version = await published();
  host.answerWith(inTwoHalves(() => "never right"));
  await installFails();
  await device.assertEnd(version, { code: "hash_mismatch", result: "failed", says: NOT_THE_ONE }, before);
  await device.updatesTo(version);
});

/** First the right half of a file and a broken connection, then a range of other bytes under the same ETag. */
function inTwoHalves(then: () => "otherwise right" | "never right"): Answer {
  return ({ url = "", headers }, answer, n) => {
    if (!url.endsWith(".tar.gz")) return false;
    const path = device.dir.join("host", url);
    const size = statSync(path).size;
    const half = Math.floor(size / 2);
    const etag = '"one and the same"';
    if (n === 1) {
      answer.writeHead(200, { "content-length": size, etag });
      answer.write(readFileSync(path).subarray(0, half), () => setTimeout(() => answer.destroy(), 100));
      return true;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
    if (from > 0) {
      const range = { "content-range": `bytes ${from}-${size - 1}/${size}`, "content-length": size - from, etag };
      answer.writeHead(206, range).end(Buffer.alloc(size - from, "another file"));
      return true;
    }
    if (then() === "otherwise right") return false;
    answer.writeHead(200, { "content-length": size, etag }).end(Buffer.alloc(size, "another file"));
    return true;
  };
}

function bundleOf(version: string): string {
  return `/${version}/kitchen-${version}.tar.gz`;
}

/** Puts fields into a manifest, and signs it anew. */
function resign(path: string, fields: object): void {
  const text = JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...fields });
  writeFileSync(path, text);
  writeFileSync(`${path}.sig`, `${sign(Buffer.from(text), readFileSync(device.dir.join("release.key"), "utf8"))}\n`);
}

async function endless(answer: ServerResponse<IncomingMessage>): Promise<void> {
  await until(() => !answer.write(Buffer.alloc(64 * 1024)) && answer.destroyed).catch(() => answer.destroy());
}
