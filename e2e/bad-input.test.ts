import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Refusal, SpoiltDevice } from "./bad-input/spoilt.ts";

// Releases as a publisher's mistake, a broken host or an enemy may offer them. Each is refused with a sentence, a code
// and an exit code, and the device is as it was. `bad-input-host` and `-device` and `-api` go on with the rest.

let device: SpoiltDevice;

beforeAll(async () => {
  device = await SpoiltDevice.create();
  await device.appliance.pawl.run("key", "generate", "--out", device.dir.join("other.key"));
});
afterEach(() => device.mend());
afterAll(() => device?.[Symbol.asyncDispose]());

const PUBLISHER = "Nothing was changed. Tell the publisher: the release has to be repaired.";
const BUNDLE = "kitchen-1.1.0.tar.gz";
const sha256 = "0".repeat(64);

type Case = [what: string, code: string, spoil: () => void, says: RegExp | string];

const MANIFESTS: Case[] = [
  [
    "no version",
    "bad_version",
    () => device.manifest(({ version: _, ...rest }) => rest),
    "wrong at version: is missing.",
  ],
  ["no files", "bad_manifest", () => device.manifest(({ files: _, ...rest }) => rest), "wrong at files: is missing."],
  ["files that are text", "bad_manifest", () => device.manifest((m) => ({ ...m, files: "all" })), "wrong at files: "],
  [
    "a file without its sha256",
    "bad_manifest",
    () => device.manifest((m) => ({ ...m, files: [m.files[0], { path: "a" }] })),
    "wrong at files[1].sha256: is missing.",
  ],
  [
    "a field nobody knows",
    "bad_manifest",
    () => device.manifest((m) => ({ ...m, preinstall: "rm -rf /" })),
    'unknown field "preinstall"',
  ],
  [
    "a manifest_version of the future",
    "bad_manifest",
    () => device.manifest((m) => ({ ...m, manifest_version: 2 })),
    "newer than this Pawl reads (1); update Pawl first",
  ],
  ["half a manifest", "bad_manifest", () => device.manifestText('{"version": "1.1.0", "fil'), "isn't JSON in UTF-8"],
  [
    "a signed manifest that doesn't say what its bundle is",
    "bad_manifest",
    () => device.manifest(({ bundle: _, ...rest }) => rest),
    'doesn\'t say what its bundle is (the field "bundle")',
  ],
  [
    "a manifest of another version than its release's",
    "bad_manifest",
    () => device.manifest((m) => ({ ...m, version: "1.2.0" })),
    "The manifest says version 1.2.0, but it was published as 1.1.0.",
  ],
  [
    "a version that can't be parsed, in the manifest",
    "bad_version",
    () => device.manifest((m) => ({ ...m, version: "one point one" })),
    "wrong at version: must be a version such as 1.4.0",
  ],
  [
    "a version that can't be parsed, in the index",
    "bad_manifest",
    () => device.index((i) => ({ ...i, releases: [{ ...i.releases[0], version: "../../1.1.0" }] })),
    "can't be used: releases[0].version: must be a version such as 1.4.0",
  ],
];

test.each(MANIFESTS)("bad input: %s is refused, §3 %s", async (_, code, spoil, says) => {
  spoil();
  await refused(["install"], { says, code });
  await refused(["check", "--force"], { says: PUBLISHER, code });
});

const CONTENT: Case[] = [
  [
    "a bundle of another sha256",
    "hash_mismatch",
    () => device.manifest((m) => ({ ...m, bundle: { ...m.bundle, sha256 } })),
    "isn't the one its release names. Nothing of it was kept.",
  ],
  [
    "a file of another sha256",
    "hash_mismatch",
    () => device.manifest((m) => ({ ...m, files: [{ ...m.files[0], sha256 }, ...m.files.slice(1)] })),
    "behaviour.json is not what the release's manifest says it is.",
  ],
  [
    "a file that the manifest doesn't list",
    "archive_refused",
    () => device.manifest((m) => ({ ...m, config: [], files: m.files.slice(0, 3) })),
    'entry "settings.json" is not a file that the manifest lists',
  ],
  [
    "a truncated download",
    "hash_mismatch",
    () => truncateSync(device.onHost(BUNDLE), 400),
    "isn't the one its release names. Nothing of it was kept.",
  ],
  [
    "a download longer than it should be",
    "too_large",
    () => appendFileSync(device.onHost(BUNDLE), "x"),
    "is longer than its release says. It was not downloaded.",
  ],
  [
    "a download that never ends",
    "too_large",
    () => device.appliance.host.fault(`/1.1.0/${BUNDLE}`, { kind: "oversize" }),
    "is longer than its release says",
  ],
];

test.each(CONTENT)("bad input: %s is refused, §3 %s", async (_, code, spoil, says) => {
  spoil();
  expect(await refused(["install"], { says, code })).toMatchObject({
    result: "failed",
    from: "1.0.0",
    to: "1.1.0",
    failure: { version: "1.1.0", phase: expect.stringMatching(/^(downloading|staging)$/) },
  });
});

const SIGNATURES: Case[] = [
  [
    "an empty signature",
    "signature_missing",
    () => writeFileSync(device.onHost("manifest.json.sig"), "\n"),
    "The release isn't signed",
  ],
  [
    "a signature by another key",
    "signature_wrong",
    () => device.manifestText(readFileSync(device.onHost("manifest.json"), "utf8"), device.dir.join("other.key")),
    "isn't signed by any of the keys this app trusts",
  ],
  [
    "a manifest changed after it was signed",
    "signature_wrong",
    () => appendFileSync(device.onHost("manifest.json"), " "),
    "or its manifest was changed afterwards",
  ],
];

describe("§4 public_keys: bad input", () => {
  test.each(SIGNATURES)("%s is refused, §3 %s", async (_, code, spoil, says) => {
    spoil();
    await refused(["install"], { says, code });
    await refused(["install", "1.1.0"], { says, code });
    // §4 public_keys: no switch turns that off per install.
    await refused(["install", "1.1.0", "--force"], { says: "with a key in public_keys of pawl.yaml", code });
  });

  test("Pi-Kit 24: a release without a signature is refused, §3 signature_missing", async () => {
    rmSync(device.onHost("manifest.json.sig"));
    device.index((index) => ({ ...index, releases: [{ ...index.releases[0], signature: null }] }));
    await refused(["install"], { says: "The release isn't signed", code: "signature_missing" });
  });

  test("a signature that the index names and the host hasn't is not found", async () => {
    rmSync(device.onHost("manifest.json.sig"));
    await refused(["install"], { says: "doesn't have /1.1.0/manifest.json.sig (HTTP 404)", code: "not_found" });
  });
});

test("bad input: an older version isn't installed without being named, §3 downgrade_refused", async () => {
  device.manifest((manifest) => ({ ...manifest, version: "0.9.0" }));
  device.index(({ releases: [entry] }) => ({ name: "kitchen", releases: [{ ...entry, version: "0.9.0" }] }));
  const says = /0\.9\.0 is older than 1\.0\.0, which is installed\. Name the version, or add --force/;
  await refused(["install"], { says, exit: 5, code: "downgrade_refused" });
});

test("bad input: a release that was changed after the check isn't installed, §3 release_moved", async () => {
  await device.appliance.pawl.run("check", "--force");
  device.manifest((manifest) => ({ ...manifest, "x-built": "again" }));
  const says = "The release was changed at its source since it was found; check again to see what is there now.";
  await refused(["install", "1.1.0"], { says, code: "release_moved" });
});

test.each(["../1.1.0", "", "-1", "1.1.0\n"])("bad input: %j can't be a version to install", async (name) => {
  const says = /can't be a version\. Write one such as 1\.4\.0\.|unknown option/;
  await refused(["install", name], { says, exit: 2, code: "bad_request" });
});

test("bad input: a version the host doesn't have is not found", async () => {
  await refused(["install", "7.7.7"], { says: "has no release 7.7.7.", code: "not_found" });
});

test("after all of that the good release is installed as if nothing had been", async () => {
  expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 0 });
  expect(await device.appliance.runningVersion()).toBe("1.1.0");
});

function refused(args: string[], { exit = 1, ...refusal }: Omit<Refusal, "exit"> & { exit?: number }) {
  return device.refused(args, { exit, ...refusal });
}
