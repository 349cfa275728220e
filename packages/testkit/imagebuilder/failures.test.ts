import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MirrorServer, noise } from "../index.ts";
import { ImageBuilder } from "./testing/image-builder.ts";

let mirror: MirrorServer;
beforeAll(async () => {
  mirror = await MirrorServer.start();
});
afterEach(() => mirror.reset());
afterAll(() => mirror[Symbol.asyncDispose]());

const TARGET = "targets/ath79/generic";

describe.each([
  ["opkg", "24.10.5", { locked: "Could not lock ", script: "./usr/lib/opkg/info/broken.postinst" }],
  ["apk", "25.12.1", { locked: "Failed to open apk database", script: "./lib/apk/db/broken-1.0-r1.X1" }],
] as const)("%s", (_generation, version, expected) => {
  const branch = version.slice(0, 5);
  let builder: ImageBuilder;
  beforeAll(async () => {
    builder = await ImageBuilder.unpack(mirror, `releases/${version}/${TARGET}`);
  });
  afterAll(() => builder[Symbol.asyncDispose]());

  test("a profile that there isn't is refused by name, on stdout, for images and manifests", async () => {
    for (const goal of ["image", "manifest"]) {
      const ran = await builder.make([goal, "PROFILE=no_such"]);
      expect(ran.code).toBe(2);
      expect(ran.stdout).toContain(
        'Profile "no_such" does not exist!\nUse "make info" to get a list of available profile names.\n',
      );
    }
  });

  test("a host that isn't as it must be is found out before anything else", async () => {
    const ran = await builder.make(["image"], { by: ["sh", "-c", 'umask 077; exec "$@"', "sh"] });
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain("Checking 'working-umask'... failed.\n");
    const sentence = "Build dependency: Please build with umask 022 - other values produce broken packages";
    expect(ran.stdout).toMatch(new RegExp(`\n\n${sentence}\n\nPrerequisite check failed. Use FORCE=1 to override.\n`));
  });

  test("a package's script that fails ends it, once the packages are there; without a profile it is for the first", async () => {
    mirror.addPackages(branch, "telephony", [
      {
        name: "broken",
        version: "1.0-r1",
        postInstall: '#!/bin/sh\n[ -f "$IPKG_INSTROOT/etc/banner" ] && exit 3\nexit 0\n',
      },
    ]);
    await builder.make(["clean"]);
    const ran = await builder.image("broken", "PACKAGES=broken");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(`postinst script ${expected.script}`);
    expect(ran.stderr).toContain(" has failed with exit code 3\n");
    expect(ran.stdout).toContain("Building images for ath79 - TP-Link Archer C7 v2\nPackages: broken ");
    expect(await readdir(ran.output)).toEqual([]);
  });

  test("a dependency whose file is missing from the feed fails the image", async () => {
    const extension = branch === "24.10" ? "ipk" : "apk";
    mirror.misbehave(`**/libpcap1[_-]*.${extension}`.replace("[_-]", extension === "ipk" ? "_" : "-"), {
      kind: "status",
      status: 404,
    });
    await builder.make(["clean"]);
    const ran = await builder.image("missing", "PROFILE=glinet_gl-ar150", "PACKAGES=tcpdump");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/libpcap1/);
    expect(await readdir(ran.output)).toEqual([]);
  });

  test("a second make in its folder finds it locked; to end the outer make leaves the inner one at work", async () => {
    await builder.make(["clean"]);
    mirror.misbehave("**/dropbear*", { kind: "slow", bytesPerSecond: 300 });
    let pid = 0;
    const output = builder.beside("survivor");
    const first = builder.make(["image", `BIN_DIR=${output}`], { started: (started) => (pid = started) });
    await until(() => mirror.requests.some(({ path }) => /\/dropbear/.test(path)));
    const second = await builder.make(["package_install"]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(expected.locked);
    expect(second.stderr).toContain("Resource temporarily unavailable");
    process.kill(pid, "SIGTERM");
    await until(() => !existsSync(`/proc/${pid}/exe`));
    expect(existsSync(join(output, "profiles.json"))).toBe(false);
    mirror.heal();
    // Its output ends when the last of it has ended.
    const { stdout } = await first;
    expect(stdout).toContain("Calculating checksums...");
    expect(existsSync(join(output, "profiles.json"))).toBe(true);
  });
});

describe("once packages are installed", () => {
  let builder: ImageBuilder;
  beforeAll(async () => {
    builder = await ImageBuilder.unpack(mirror, `releases/25.12.1/${TARGET}`);
  });
  afterAll(() => builder[Symbol.asyncDispose]());

  test("an image that is too big is a warning, success, and nothing to flash", async () => {
    mirror.addPackages("25.12", "telephony", [
      { name: "bulk", version: "1.0-r1", files: [{ path: "usr/share/bulk", content: noise("bulk", 8_000_000) }] },
    ]);
    const ran = await builder.image("big", "PROFILE=ubnt_nanostation-m", "PACKAGES=bulk");
    expect(ran.code, ran.stderr).toBe(0);
    const image = String.raw`\S+/tmp/openwrt-\S+-squashfs-sysupgrade\.bin`;
    expect(ran.stderr).toMatch(new RegExp(`^ {4}WARNING: Image file ${image} is too big: \\d+ > 7864320\n`, "m"));
    expect(ran.stderr).toMatch(
      new RegExp(`^Failed to open firmware file\nsha256sum: ${image}: No such file or directory\n`, "m"),
    );
    expect(ran.stdout).toMatch(new RegExp(`^Skip JSON creation for non existing file ${image}\n`, "m"));
    expect(ran.stdout).toContain("JSON info file script could not find any JSON files for target\n");
    const files = await readdir(ran.output);
    expect(files.filter((name) => !/\.manifest$|\.bom\.cdx\.json$|^sha256sums$/.test(name))).toEqual([]);
  });

  test("a disk that is full where images go leaves half an image, and an error", async () => {
    const output = builder.beside("small");
    await mkdir(output);
    const script = 'mount -t tmpfs -o size=160k none "$1" && shift && "$@"; code=$?; ls -l "$0"; exit $code';
    const by = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, output, output];
    const ran = await builder.make(["image", `BIN_DIR=${output}`, "PROFILE=tplink_archer-c7-v2"], { by });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/cp: error writing '\S+-factory\.bin': No space left on device/);
    expect(ran.stderr).toMatch(/No space left on device/);
    expect(ran.stdout).toMatch(/-squashfs-factory\.bin$/m);
  });

  test("no kernel of the device: make itself says what it has no rule for", async () => {
    const kernels = builder.path("build_dir/target-mips_24kc_musl/linux-ath79_generic");
    await rm(join(kernels, "8dev_carambola2-kernel.bin"));
    const ran = await builder.image("kernel", "PROFILE=8dev_carambola2");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(
      /make\[3\]: \*\*\* No rule to make target '\S+\/8dev_carambola2-kernel\.bin', needed by /,
    );
  });
});

test("a folder with a space in its name is refused in make's own way", async () => {
  await using builder = await ImageBuilder.unpack(mirror, `releases/25.12.1/${TARGET}`, "sp ace");
  const ran = await builder.make(["info"]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/^Makefile:\d+: ace\/include\/target\.mk: No such file or directory$/m);
});

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 20) {
    if (waited > 20_000) throw new Error("it doesn't come");
    await sleep(20);
  }
}
