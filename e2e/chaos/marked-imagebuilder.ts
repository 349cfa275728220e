import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { MIRROR_KEYS, sharedMirror } from "@pawl/testkit";

const exec = promisify(execFile);

/** What it is for: a target that has but one profile, which every name comes to. */
export const MARKED = { version: "25.12.0", target: "x86/64", profile: "generic" } as const;
export const IMAGE_NAME = "marked.img";

/** Below a build's own folder: what a run of `make image` writes as long as it lives. */
export const MARKS_FILE = "marks";
/** Between two marks, in milliseconds. */
export const MARK_EVERY_MS = 50;

/**
 * Puts an ImageBuilder into a folder that a mirror serves over the miniature's: it makes its image of the request's own words, takes some
 * time for it without work for the machine, and writes down when it lives, with the request's identity: so two runs that make the same
 * at the same time can be told by what they have written, whatever the server believes.
 * @param seconds that `make image` takes, about
 */
export async function publishMarked(over: string, seconds: number): Promise<void> {
  const folder = `releases/${MARKED.version}/targets/${MARKED.target}`;
  const place = join(over, folder);
  const top = join(over, "ib");
  for (const [path, content] of Object.entries(files(seconds))) {
    await mkdir(dirname(join(top, path)), { recursive: true });
    await writeFile(join(top, path), content);
  }
  const sums = await readFile(join(await sharedMirror(), folder, "sha256sums"), "utf8");
  const [, name] = /\*(openwrt-imagebuilder-.*)/.exec(sums) ?? [];
  if (name === undefined) throw new Error(`the miniature has no ImageBuilder of ${MARKED.version} ${MARKED.target}`);
  await mkdir(place, { recursive: true });
  await exec("tar", ["--zstd", "-cf", join(place, name), "-C", over, "ib"]);
  await rm(top, { recursive: true });
  const sum = sha256(await readFile(join(place, name)));
  const signed = sums.replace(new RegExp(`^[0-9a-f]{64} (?=\\*${name}$)`, "m"), `${sum} `);
  await writeFile(join(place, "sha256sums"), signed);
  await writeFile(join(place, "sha256sums.sig"), MIRROR_KEYS.usign.sign(Buffer.from(signed)));
}

/** What an image of those packages and that first-boot script says: which of them it was made of. */
export function imageText(packages: readonly string[], defaults: string | null): string {
  return `${[...packages].sort().join(" ")}\n${defaults ?? ""}`;
}

const DEFAULTS = ["base-files", "libc", "kernel", "procd", "apk-mbedtls"];
const REVISION = "r1-0123456789";

function files(seconds: number): Readonly<Record<string, string>> {
  return {
    ".config": `CONFIG_VERSION_NUMBER="${MARKED.version}"\nCONFIG_TARGET_ROOTFS_SQUASHFS=y\n`,
    repositories: "",
    info: [
      `Current Target: "${MARKED.target}"`,
      `Current Revision: "${REVISION}"`,
      `Default Packages: ${DEFAULTS.join(" ")}`,
      "Available Profiles:",
      "",
      `${MARKED.profile}:`,
      "    Generic x86/64",
      "    Packages:",
      "",
    ].join("\n"),
    "image.sh": imageScript(seconds),
    "profiles.py": PROFILES,
    Makefile: MAKEFILE,
  };
}

const MAKEFILE = [
  "CHOSEN := $(sort $(filter-out -%,$(PACKAGES)))",
  "info:",
  "\t@cat info",
  "manifest:",
  `\t@printf '%s - 1\\n' $(sort ${DEFAULTS.join(" ")} $(CHOSEN))`,
  "image:",
  `\t@bash -eu image.sh '$(BIN_DIR)' '$(FILES)' '$(filter-out ${DEFAULTS.join(" ")},$(CHOSEN))'`,
  `\t@printf '%s - 1\\n' $(sort ${DEFAULTS.join(" ")} $(CHOSEN)) > $(BIN_DIR)/marked.manifest`,
  ".PHONY: info manifest image",
  "",
].join("\n");

/** Its first line is who it is, every other one when it lived, in milliseconds; the last one says whether it came to its end. */
function imageScript(seconds: number): string {
  return [
    "bin=$1 files=$2 packages=$3",
    "script=$files/etc/uci-defaults/99-asu-defaults",
    `{ printf '%s\\n' "$packages"; [ -z "$files" ] || [ ! -e "$script" ] || cat "$script"; } > image.txt`,
    "id=$(sha256sum < image.txt | cut -c 1-64)",
    // Whole before anybody sees it.
    `echo "$id" > ${MARKS_FILE}.new; date +%s%3N >> ${MARKS_FILE}.new; mv ${MARKS_FILE}.new ${MARKS_FILE}`,
    `for _ in $(seq ${Math.ceil((seconds * 1000) / MARK_EVERY_MS)}); do`,
    `  sleep ${MARK_EVERY_MS / 1000}; date +%s%3N >> ${MARKS_FILE}`,
    "done",
    `cp image.txt "$bin/${IMAGE_NAME}"`,
    `python3 profiles.py "$bin" ${IMAGE_NAME}`,
    `echo end >> ${MARKS_FILE}`,
    "",
  ].join("\n");
}

const PROFILES = `import hashlib, json, sys
folder, name = sys.argv[1:]
with open(f"{folder}/{name}", "rb") as file:
    sum = hashlib.sha256(file.read()).hexdigest()
image = {"filesystem": "squashfs", "name": name, "sha256": sum, "type": "sysupgrade"}
profile = {"image_prefix": "marked", "images": [image], "titles": [{"title": "Generic x86/64"}]}
facts = {
    "arch_packages": "x86_64",
    "metadata_version": 1,
    "profiles": {"${MARKED.profile}": profile},
    "source_date_epoch": 1,
    "target": "${MARKED.target}",
    "version_code": "${REVISION}",
    "version_number": "${MARKED.version}",
}
with open(f"{folder}/profiles.json", "w") as file:
    json.dump(facts, file)
`;

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
