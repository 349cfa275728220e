import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { versionings } from "@pawl/protocol/versioning";
import { TempDir } from "@pawl/testkit";
import { verifyManifest } from "@pawl/trust";
import { expect, test } from "vitest";
import { DownloadsFolder } from "../../download/index.ts";
import { tarOf } from "../../installers/bundle/tar-fixture.ts";
import { systemClock } from "../../system/clock.ts";
import { Resolver } from "../../update/resolve.ts";
import { ForgeBench } from "../forge/forge-fixture.ts";
import { releaseSource } from "../release-source.ts";

const signal = new AbortController().signal;
const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const FILES = [{ path: "pikit-web/index.html", sha256: sha256("hello") }];
const MANIFEST = JSON.stringify({ version: "1.4.0", files: FILES });
const BUNDLE = gzipSync(
  tarOf({ name: "pikit-web/index.html", body: "hello" }, { name: "manifest.json", body: MANIFEST }),
);

async function setUp(options: { token?: string } = {}) {
  const bench = await ForgeBench.start({ kind: "gitea", private: options.token !== undefined, ...options });
  await bench.forge.publish({ tag: "v1.4.0", assets: { "pikit-1.4.0.tar.gz": BUNDLE } });
  const source = releaseSource(await bench.source(options));
  const resolver = new Resolver({
    source,
    versioning: versionings.semver,
    keys: [],
    channel: async () => "stable",
    skipped: async () => ({ version: null, commit: null }),
    current: async () => null,
    apply: async () => ({ refused: [] }),
    fetchRecord: async () => ({ left_alone: [] }),
  });
  return { bench, source, resolver };
}

test.each([{}, { token: "secret" }])(
  "Pi-Kit 19: a bundle with its manifest only inside, as the plan had it, is found, fetched and opened: %j",
  async (options) => {
    const { bench, source, resolver } = await setUp(options);
    await using _bench = bench;
    await using dir = await TempDir.create();
    const { newest } = await resolver.look(signal);
    expect(newest).toMatchObject({ version: "1.4.0", manifest_url: null, size_bytes: BUNDLE.length });

    const headers = (url: string) => source.downloadHeaders(url);
    const downloads = new DownloadsFolder({ dir: dir.join("downloads"), keys: [], headers, clock: systemClock });
    const url = newest?.bundle_url ?? "";
    const got = await downloads.fetchUnstated(url, newest?.size_bytes ?? null, () => {}, signal);
    expect(got).toEqual({ bytes: BUNDLE.length, sha256: sha256(BUNDLE) });
    const inside = await downloads.manifestInside(got.sha256, signal);
    const verified = verifyManifest({ bytes: inside, signature: null, keys: [], expectedVersion: "1.4.0" });

    await downloads.keep({ bytes: inside, signature: null, bundle: got.sha256 });
    const release = { ...newest!, manifest_sha256: verified.sha256, bundle_sha256: got.sha256 };
    await downloads.verify(release, () => {}, signal);
  },
);

test("§6 tag: gap o: another release's manifest inside is refused: the tag is what was asked for", async () => {
  const { bench, source } = await setUp();
  await using _bench = bench;
  await using dir = await TempDir.create();
  await bench.forge.publish({ tag: "v1.5.0", assets: { "pikit-1.5.0.tar.gz": BUNDLE } });
  const {
    offers: [offer],
  } = await source.look({ channel: "stable", installed: null }, signal);
  const headers = (url: string) => source.downloadHeaders(url);
  const downloads = new DownloadsFolder({ dir: dir.join("downloads"), keys: [], headers, clock: systemClock });
  const { sha256 } = await downloads.fetchUnstated(offer?.bundle_url ?? "", null, () => {}, signal);
  const bytes = await downloads.manifestInside(sha256, signal);
  expect(() => verifyManifest({ bytes, signature: null, keys: [], expectedVersion: offer?.version ?? "" })).toThrow(
    "The manifest says version 1.4.0, but it was published as 1.5.0.",
  );
});
