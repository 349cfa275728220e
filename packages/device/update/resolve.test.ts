import { versionings } from "@pawl/protocol/versioning";
import { sha256Of } from "@pawl/trust";
import { expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import { anOffer } from "../sources/offer-fixture.ts";
import type { Branches, Offer } from "../sources/types.ts";
import { Resolver } from "./resolve.ts";
import { anUpdate, sha } from "./update-fixture.ts";

const signal = new AbortController().signal;
const bundle = { name: "app.tar", size: 10, sha256: sha("d"), unpacked_size: 20 };

function manifestOf(version: string): Uint8Array {
  return Buffer.from(JSON.stringify({ version, bundle, files: [] }));
}

function resolver(
  offers: Offer[],
  { broken = [] as string[], current = "1.0.0", keys = [] as never[] } = {},
): Resolver {
  return new Resolver({
    source: {
      address: "https://updates.example.org/",
      branches: null,
      look: async () => ({ offers, channels: ["stable"] }),
      manifest: async ({ manifest_url }) => {
        const version = manifest_url.split("/")[3] ?? "";
        if (broken.includes(version)) throw new UpdateError("bad_manifest", `${version} is broken.`);
        return { bytes: manifestOf(version), signature: null };
      },
    },
    versioning: versionings.semver,
    keys,
    channel: async () => "stable",
    skipped: async () => ({ version: null, commit: null }),
    current: async () => ({ version: current, manifest_sha256: sha256Of(manifestOf(current)) }),
    apply: async () => ({ refused: [] }),
    fetchRecord: async () => ({ left_alone: [] }),
  });
}

test("a release asked for by name doesn't suffer from a newer one that is broken", async () => {
  const offers = [anOffer("1.1.0"), anOffer("2.0.0")];
  const { found, chosen } = await resolver(offers, { broken: ["2.0.0"] }).choose(
    anUpdate({ to: "1.1.0", by_name: true }),
    signal,
  );
  expect(found).toBeNull();
  expect(chosen).toMatchObject({ version: "1.1.0", manifest_sha256: sha256Of(manifestOf("1.1.0")) });
});

test("a broken newest release is what a check is told about", async () => {
  await expect(resolver([anOffer("2.0.0")], { broken: ["2.0.0"] }).look(signal)).rejects.toThrow("2.0.0 is broken");
});

test("the release in place isn't installed again for being named, but with force", async () => {
  const named = anUpdate({ to: "1.0.0", by_name: true });
  expect((await resolver([anOffer("1.0.0")]).choose(named, signal)).chosen).toMatchObject({ code: "up_to_date" });
  const forced = await resolver([anOffer("1.0.0")]).choose({ ...named, force: true }, signal);
  expect(forced.chosen).toMatchObject({ version: "1.0.0" });
});

test("a release whose manifest is only inside its bundle is one, where no key is configured", async () => {
  const inside = anOffer("1.1.0", { manifest_url: null, bundle_size: 7, bundle_id: "a" });
  const { newest } = await resolver([inside]).look(signal);
  expect(newest).toMatchObject({ version: "1.1.0", manifest_sha256: null, size_bytes: 7, bundle_id: "a" });
  const signed = resolver([inside], { keys: ["ed25519:any"] as never[] });
  await expect(signed.look(signal)).rejects.toMatchObject({ code: "signature_missing" });
});

const A = "a".repeat(40);
const B = "b".repeat(40);

/** A source whose channels are branches: `main` is at 1.0.6.dev3, and there is the tag 1.0.5. */
function branchResolver({ channel = "main", channels = ["dev", "main"], offline = false, isBroken = false } = {}) {
  const asked: unknown[] = [];
  const head = { channel: "main", commit: B, standing: { to: A, is: "ahead" as const } };
  const fields = { manifest_url: null, bundle_url: null };
  const resolver = new Resolver({
    source: {
      address: "https://git.example.org/me/kettle",
      branches: {} as Branches,
      look: async (question) => {
        asked.push(question);
        if (offline) throw new UpdateError("offline", "git.example.org can't be reached.");
        const tag = anOffer("1.0.5", { ...fields, channel: null, commit: A });
        const trouble = new UpdateError("bad_version", "pyproject.toml isn't valid TOML.");
        if (isBroken) return { offers: [tag], channels, trouble };
        return { offers: [tag, anOffer("1.0.6.dev3", { ...fields, ...head })], channels };
      },
      manifest: () => Promise.reject(new Error("a commit has no manifest anywhere")),
    },
    versioning: versionings.pep440,
    keys: [],
    channel: async () => channel,
    skipped: async () => ({ version: null, commit: null }),
    current: async () => ({ version: "1.0.6.dev9", manifest_sha256: null, commit: A }),
    apply: async () => ({ refused: [] }),
    fetchRecord: async () => ({ left_alone: [] }),
  });
  return { resolver, asked };
}

test("a branch's newest is its newest commit, however its version compares, and the source is told what is installed", async () => {
  const { resolver, asked } = branchResolver();
  const found = await resolver.look(signal);
  expect(found).toMatchObject({ channel: "main", channels: ["main", "dev"] });
  expect(found.newest).toMatchObject({ version: "1.0.6.dev3", commit: B, standing: { is: "ahead" }, bundle_url: null });
  expect(asked).toEqual([{ channel: "main", installed: { version: "1.0.6.dev9", commit: A } }]);
});

test("B1 a branch that isn't there is an error that names those that are, and no version", async () => {
  const { resolver } = branchResolver({ channel: "attic" });
  await expect(resolver.look(signal)).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("no branch attic. Follow another one: main, dev."),
  });
});

test("B1 a look-up that failed is an error, and no version", async () => {
  await expect(branchResolver({ offline: true }).resolver.look(signal)).rejects.toMatchObject({ code: "offline" });
});

test("where the newest commit is broken a check says so, and a tag is installed by its name all the same", async () => {
  const { resolver } = branchResolver({ isBroken: true });
  await expect(resolver.look(signal)).rejects.toMatchObject({ code: "bad_version" });
  await expect(resolver.choose(anUpdate({ to: null, by_name: false }), signal)).rejects.toMatchObject({
    code: "bad_version",
  });
  const { chosen, found } = await resolver.choose(anUpdate({ to: "1.0.5", by_name: true }), signal);
  expect(chosen).toMatchObject({ version: "1.0.5", commit: A });
  expect(found).toBeNull();
});

test("a tag is installed by its name, and counts as one of the channel that is followed", async () => {
  const { resolver } = branchResolver();
  const { chosen } = await resolver.choose(anUpdate({ to: "1.0.5", by_name: true }), signal);
  expect(chosen).toMatchObject({ version: "1.0.5", commit: A, channel: "main" });
});
