import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { MIRROR_KEYS, type MirrorServer, TempDir } from "@pawl/testkit";

const exec = promisify(execFile);

/** For what the odd one is: a target that has but the generic profile. */
export const ODD = { version: "25.12.1", target: "x86/64", profile: "generic" } as const;

/**
 * Puts an ImageBuilder into the mirror that makes its image at once, and then runs the first-boot script of the request, right where
 * its images lie: whatever a build may leave behind there can be said by the request. Its sums are signed, as all of the mirror's.
 * @param version of the same target; with apk, as ODD's
 * @param more for tar: what no archive should have. There is a file `evil`.
 */
export async function publishOdd(
  mirror: MirrorServer,
  version: string = ODD.version,
  more: readonly string[] = [],
): Promise<void> {
  await using dir = await TempDir.create();
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(dir.join("ib", path)), { recursive: true });
    await writeFile(dir.join("ib", path), content);
  }
  await writeFile(dir.join("evil"), "evil");
  await chmod(dir.join("evil"), 0o4755);
  await exec("tar", ["--zstd", "-P", "-cf", "ib.tar.zst", "ib", ...more], { cwd: dir.path });
  await publishArchive(mirror, `releases/${version}/targets/${ODD.target}`, await readFile(dir.join("ib.tar.zst")));
}

/** In place of what the mirror has in that folder, with sums that are right. */
async function publishArchive(mirror: MirrorServer, folder: string, archive: Uint8Array): Promise<void> {
  const sums = await (await fetch(`${mirror.url}/${folder}/sha256sums`)).text();
  const [, name = ""] = /\*(openwrt-imagebuilder-.*)/.exec(sums) ?? [];
  const sum = createHash("sha256").update(archive).digest("hex");
  const signed = sums.replace(new RegExp(`^[0-9a-f]{64} (?=\\*${name}$)`, "m"), `${sum} `);
  mirror.put(`${folder}/${name}`, archive);
  mirror.put(`${folder}/sha256sums`, signed);
  mirror.put(`${folder}/sha256sums.sig`, MIRROR_KEYS.usign.sign(Buffer.from(signed)));
}

const MANIFEST = ["base-files", "libc", "kernel", "procd", "apk-mbedtls"].map((name) => `${name} - 1\n`).join("");

const PROFILES = {
  arch_packages: "x86_64",
  metadata_version: 1,
  profiles: {
    generic: {
      image_prefix: "odd",
      images: [{ filesystem: "squashfs", name: "odd.img", sha256: sha256("image\n"), type: "sysupgrade" }],
      titles: [{ title: "Generic x86/64" }],
    },
  },
  source_date_epoch: 1,
  target: ODD.target,
  version_code: "r1-0123456789",
  version_number: ODD.version,
};

const FILES: Readonly<Record<string, string>> = {
  ".config": 'CONFIG_VERSION_NUMBER="25.12.1"\nCONFIG_TARGET_ROOTFS_SQUASHFS=y\n',
  repositories: "",
  info: `Current Target: "${ODD.target}"\nCurrent Revision: "r1-0123456789"\nDefault Packages: procd apk-mbedtls\nAvailable Profiles:\n\ngeneric:\n    Generic x86/64\n    Packages:\n`,
  manifest: MANIFEST,
  "profiles.json": JSON.stringify(PROFILES),
  Makefile: [
    "info manifest:",
    "\t@cat $@",
    "image:",
    "\t@echo image > $(BIN_DIR)/odd.img; cp profiles.json $(BIN_DIR); cp manifest $(BIN_DIR)/odd.manifest",
    "\t@cd $(BIN_DIR) && bash -e $(FILES)/etc/uci-defaults/99-asu-defaults",
    ".PHONY: info manifest image",
    "",
  ].join("\n"),
};

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
