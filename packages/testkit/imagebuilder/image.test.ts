import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MirrorServer } from "../index.ts";
import { get } from "../mirror/testing/get.ts";
import { fileEnding, ImageBuilder, type Ran } from "./testing/image-builder.ts";
import { randomFeed } from "./testing/random-feed.ts";
import { installedIn, unpackImage } from "./testing/unpacked-image.ts";

let mirror: MirrorServer;
beforeAll(async () => {
  mirror = await MirrorServer.start();
});
afterAll(() => mirror[Symbol.asyncDispose]());

interface Image {
  name: string;
  type: string;
  filesystem?: string;
  sha256: string;
  sha256_unsigned?: string;
  size?: number;
}

describe.each([
  ["opkg", "releases/24.10.5", { manifest: "kernel - 6.6.119~", signed: true, key: "etc/opkg/keys" }],
  ["apk", "releases/25.12.1", { manifest: "kernel - 6.12.74~", signed: false, key: "etc/apk/keys" }],
] as const)("an image of a flash device, %s", (_generation, release, expected) => {
  const target = `${release}/targets/ath79/generic`;
  const profile = "tplink_archer-c7-v2";
  let builder: ImageBuilder;
  let first: Ran & { output: string };
  let root: string;

  beforeAll(async () => {
    builder = await ImageBuilder.unpack(mirror, target);
    const files = builder.beside("files");
    for (const folder of ["etc/uci-defaults", "etc/.svn", "boot", "tmp"])
      await mkdir(join(files, folder), { recursive: true });
    await writeFile(join(files, "etc/uci-defaults/99-asu-defaults"), "uci set system.@system[0].hostname=it\n");
    await chmod(join(files, "etc/uci-defaults/99-asu-defaults"), 0o640);
    for (const gone of ["boot/x", "tmp/x", "etc/.svn/x", "etc/.#x"]) await writeFile(join(files, gone), "x");
    const asked = [
      `PROFILE=${profile}`,
      "PACKAGES=tcpdump htop -htop -ppp -ppp-mod-pppoe",
      `FILES=${files}`,
      "ADD_LOCAL_KEY=1",
    ];
    first = await builder.image("first", ...asked, "EXTRA_IMAGE_NAME=My_test 1", "DISABLED_SERVICES=dnsmasq no-such");
    root = builder.beside("root");
    await unpackImage(await fileEnding(first.output, "-squashfs-factory.bin"), root);
  });
  afterAll(() => builder[Symbol.asyncDispose]());

  const profiles = async () => JSON.parse(await readFile(join(first.output, "profiles.json"), "utf8"));
  const manifest = async () =>
    (await readFile(await fileEnding(first.output, ".manifest"), "utf8")).trimEnd().split("\n");

  test("what is in it is what the manifest says, file by file", async () => {
    expect(first.code, first.stderr).toBe(0);
    const installed = await installedIn(root);
    expect(installed.manifest).toEqual(await manifest());
    const missing: string[] = [];
    for (const line of installed.manifest) {
      const [name = "", version = ""] = line.split(" - ");
      const files = installed.files.get(name) ?? [];
      const texts = await Promise.all(files.map((path) => readFile(join(root, path), "utf8").catch(() => null)));
      const has =
        texts.every((text) => text !== null) && (files.length === 0 || texts.some((text) => text?.includes(version)));
      if (!has && name !== "kernel") missing.push(line);
    }
    expect(missing).toEqual([]);
  });

  test("what was asked for is in it, what wasn't isn't, and packages come with all they need", async () => {
    const lines = await manifest();
    expect(lines).toContainEqual(expect.stringMatching(/^tcpdump - /));
    expect(lines).toContainEqual(expect.stringMatching(/^libpcap1 - /));
    expect(lines).toContainEqual(expect.stringContaining(expected.manifest));
    expect(lines.filter((line) => /^(ppp|htop)/.test(line))).toEqual([]);
    expect([...lines].sort()).toEqual(lines);
  });

  test("the user's files are in it with their modes, but for what no image has", async () => {
    const script = join(root, "etc/uci-defaults/99-asu-defaults");
    expect(await readFile(script, "utf8")).toContain("hostname=it");
    const { mode, uid } = await stat(script);
    expect([(mode & 0o777).toString(8), uid]).toEqual(["640", process.getuid?.() === 0 ? 0 : uid]);
    expect(await readdir(join(root, "etc"))).not.toEqual(expect.arrayContaining([".svn"]));
    expect(await readdir(root)).not.toContain("boot");
    expect(await readdir(join(root, "tmp"))).toEqual([]);
    expect(await readdir(join(root, expected.key))).toHaveLength(1);
  });

  test("services are enabled but for those that were named", async () => {
    const links = await readdir(join(root, "etc/rc.d"));
    expect(links).toEqual(expect.arrayContaining(["S10boot", "K90boot", "S19dropbear", "S20network"]));
    expect(links.filter((name) => name.includes("dnsmasq"))).toEqual([]);
    expect(first.stdout).toContain("Enabling dropbear\n");
    expect(first.stdout).toContain("Disabling dnsmasq\n");
    expect(first.stdout).not.toContain("no-such");
    expect(await readFile(join(root, "etc/openwrt_release"), "utf8")).toContain("DISTRIB_TARGET='ath79/generic'\n");
  });

  test("profiles.json and sha256sums are true", async () => {
    const document = await profiles();
    const upstream = (await get(mirror, `${target}/profiles.json`)).json();
    for (const key of [
      "arch_packages",
      "linux_kernel",
      "source_date_epoch",
      "target",
      "version_code",
      "version_number",
    ]) {
      expect(document[key], key).toEqual(upstream[key]);
    }
    expect(document.default_packages).toEqual([...upstream.default_packages].sort());
    const { images, ...facts } = document.profiles[profile];
    const { images: theirs, image_prefix: prefix, ...theirFacts } = upstream.profiles[profile];
    expect(facts).toEqual({ ...theirFacts, image_prefix: prefix.replace("-ath79", "-my-test-1-ath79") });
    const kinds = (list: Image[]) => list.map(({ type, filesystem }) => `${type} ${filesystem}`).sort();
    expect(kinds(images)).toEqual(kinds(theirs));
    const sums = await readFile(join(first.output, "sha256sums"), "utf8");
    for (const { name, sha256, sha256_unsigned: unsigned, size, type } of images as Image[]) {
      const bytes = await readFile(join(first.output, name));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
      expect(sums).toContain(`${sha256} *${name}\n`);
      expect(size).toBe(expected.signed ? undefined : bytes.length);
      expect(unsigned !== sha256).toBe(expected.signed && type === "sysupgrade");
    }
    const listed = sums
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(66));
    expect([...listed, "sha256sums"].sort()).toEqual((await readdir(first.output)).sort());
  });

  test("a sysupgrade image ends in metadata that names the device", async () => {
    const bytes = await readFile(await fileEnding(first.output, "sysupgrade.bin"));
    expect(bytes.toString("latin1", bytes.length - 16, bytes.length - 12)).toBe("FWx0");
    expect(bytes.toString("latin1")).toContain('"supported_devices":["tplink,archer-c7-v2","archer-c7"]');
    expect(bytes.includes("signed by key")).toBe(expected.signed);
  });

  test("progress is said in its order, and each thing where the real one says it", () => {
    const marks = ["Checking 'true'... ok.", "Building images for ath79 - TP-Link Archer C7 v2", "Packages: tcpdump "];
    const rest = [
      "Installing packages...",
      "Finalizing root filesystem...",
      "Building images...",
      "Calculating checksums...",
    ];
    const places = [...marks, ...rest].map((mark) => first.stdout.indexOf(mark));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(first.stderr).toContain("Generate local signing keys...\n");
    expect(first.stderr).toContain(
      "Package list missing or not up-to-date, generating it.\n\nBuilding package index...\n",
    );
    expect(first.stderr).not.toMatch(/Collected errors|UNTRUSTED|failed/);
  });

  test("the same again is the same images, elsewhere, by another name of the profile, over a smaller one", async () => {
    const other = await builder.copy("elsewhere");
    const asked = [
      "PACKAGES=tcpdump htop -htop -ppp -ppp-mod-pppoe",
      `FILES=${builder.beside("files")}`,
      "ADD_LOCAL_KEY=1",
    ];
    const options = [...asked, "EXTRA_IMAGE_NAME=my-test-1", "DISABLED_SERVICES=dnsmasq", `PROFILE=DEVICE_${profile}`];
    // As a run for another device left it.
    const earlier = { ...(await profiles()), profiles: { "glinet_gl-ar150": { images: [] } } };
    await mkdir(builder.beside("again"));
    await writeFile(builder.beside("again/profiles.json"), JSON.stringify(earlier));
    const again = await other.image("again", ...options);
    expect(again.code, again.stderr).toBe(0);
    const document = JSON.parse(await readFile(join(again.output, "profiles.json"), "utf8"));
    // What lay there is still listed: only who begins with an empty folder knows what is new.
    expect(Object.keys(document.profiles).sort()).toEqual(["glinet_gl-ar150", profile]);
    expect(document.profiles[profile].images).toEqual((await profiles()).profiles[profile].images);
    expect(again.stdout).not.toContain("Checking '");
  });

  test("a feed that was made at random just now is installed as it is", async () => {
    const feed = randomFeed(`${release} ${process.pid} ${performance.now()}`);
    const packages = feed.packages.map(({ files, ...made }) => ({
      ...made,
      version: made.version ?? "1",
      files: Object.entries(files ?? {}).map(([path, text]) => ({ path, content: Buffer.from(text) })),
    }));
    try {
      mirror.putFeed(`${release}/packages/mips_24kc/telephony`, packages, expected.signed ? "opkg" : "apk");
      await builder.make(["clean"]);
      const made = await builder.image("random", "PROFILE=glinet_gl-ar150", `PACKAGES=${feed.asked.join(" ")}`);
      expect(made.code, made.stderr).toBe(0);
      const lines = (await readFile(await fileEnding(made.output, ".manifest"), "utf8")).trimEnd().split("\n");
      const names = new Set(feed.packages.map(({ name }) => name));
      const got = lines.filter((line) => names.has(line.split(" - ")[0] ?? ""));
      expect(got).toEqual(feed.needed.map(({ name, version }) => `${name} - ${version}`).sort());
      await unpackImage(await fileEnding(made.output, "sysupgrade.bin"), builder.beside("random-root"));
      for (const { files } of feed.needed) {
        for (const [path, text] of Object.entries(files ?? {})) {
          expect(await readFile(builder.beside("random-root", path), "utf8")).toBe(text);
        }
      }
    } finally {
      mirror.reset();
    }
  });
});
