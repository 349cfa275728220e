// The programs that builds of images need on this machine, and the Debian packages they are in. For tests and the demo; a server
// says by itself what lacks.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Program → Debian package. The first is Pawl's own need; the others are the ImageBuilder's (its documentation has the list). */
const PARTS = {
  bwrap: "bubblewrap",
  setpriv: "util-linux",
  mksquashfs: "squashfs-tools",
  "mkfs.ext4": "e2fsprogs",
  make: "make",
  bash: "bash",
  perl: "perl",
  python3: "python3",
  gawk: "gawk",
  wget: "wget",
  patch: "patch",
  bzip2: "bzip2",
  unzip: "unzip",
  file: "file",
  zstd: "zstd",
  xz: "xz-utils",
  which: "debianutils",
};
/** Left Python with 3.12; the ImageBuilder asks for it up to there. */
const DISTUTILS = "import sys\nif sys.version_info < (3, 12): from distutils import util";

/** Names of Debian packages. */
export function missingBuildParts() {
  const missing = Object.entries(PARTS)
    .filter(([program]) => !isThere(program))
    .map(([, name]) => name);
  const hasDistutils = spawnSync("/usr/bin/python3", ["-c", DISTUTILS], { stdio: "ignore" }).status === 0;
  return hasDistutils || missing.includes("python3") ? missing : [...missing, "python3-distutils"];
}

/** With CI=true they are installed; else it is said how to. */
export function installBuildParts() {
  const missing = missingBuildParts();
  if (missing.length === 0) return;
  const command = ["apt-get", "install", "-y", "--no-install-recommends", ...missing];
  if (process.env.CI !== "true" || process.geteuid?.() !== 0) {
    const sudo = process.geteuid?.() === 0 ? "" : "sudo ";
    console.log(
      `Images can't be built here before this is installed; everything else works:\n  ${sudo}${command.join(" ")}`,
    );
    return;
  }
  console.log(`Installing ${missing.join(", ")}…`);
  spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync(command[0], [...command.slice(1), "-qq"], { env, stdio: ["ignore", "ignore", "inherit"] });
}

function isThere(program) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => existsSync(join(folder, program)));
}
