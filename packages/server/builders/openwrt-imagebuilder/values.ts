import { BuildError, type BuildRecipe, type Culprit } from "../types.ts";

/**
 * Shell and make expand quotes, `$`, `;` and backticks in a variable's value (imagebuilder §4). Nothing but these characters gets that
 * far, and nothing that begins like an option of theirs.
 */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}$/;
const CHOICE = /^-?[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}$/;
const MOST_PACKAGES = 5_000;
const LARGEST_PARTITION_MB = 1024 * 1024;
/** The server says how long one may be; this is only so that it can't fill a disk. */
const LONGEST_SCRIPT = 1024 * 1024;

const FILESYSTEMS = ["squashfs", "ext4", "ubifs", "erofs", "jffs2", "jffs2-nand", "targz", "cpiogz"] as const;
export type Filesystem = (typeof FILESYSTEMS)[number];

/** Refuses every value that could mean more to make than itself, before anything is fetched. @throws BuildError */
export function checkValues({ inputs, packages }: Pick<BuildRecipe, "inputs" | "packages">): void {
  if (packages.length > MOST_PACKAGES) {
    throw new BuildError(
      "missing_package",
      `There are ${packages.length} packages in the list; ${MOST_PACKAGES} may be.`,
    );
  }
  const odd = packages.filter((name) => !CHOICE.test(name));
  if (odd.length > 0) {
    const culprits = odd.slice(0, 20).map((name) => culprit("package", name, "No package can be called that."));
    throw new BuildError("missing_package", `No package can be called ${odd.slice(0, 5).map(shown).join(", ")}.`, {
      culprits,
    });
  }
  if (!NAME.test(inputs.profile)) {
    const sentence = `No profile can be called ${shown(inputs.profile)}.`;
    throw new BuildError("unknown_profile", sentence, { culprits: [culprit("profile", inputs.profile, sentence)] });
  }
  if (inputs.filesystem !== null) filesystemOf(inputs.filesystem);
  const size = inputs.rootfsSizeMb;
  if (size !== null && !(Number.isSafeInteger(size) && size > 0 && size <= LARGEST_PARTITION_MB)) {
    throw new BuildError("too_big", `A root file system of ${size} MiB isn't possible.`);
  }
  checkScript(inputs.defaults ?? "");
}

/** A file system there is a word for. @throws BuildError unsupported_filesystem */
export function filesystemOf(name: string): Filesystem {
  const known = FILESYSTEMS.find((each) => each === name);
  if (known !== undefined) return known;
  const sentence = `There is no file system called ${shown(name)}; there are ${FILESYSTEMS.join(", ")}.`;
  throw new BuildError("unsupported_filesystem", sentence, { culprits: [culprit("filesystem", name, sentence)] });
}

/** It is a file's content and never part of a command, so all that matters is what a shell can't read. */
function checkScript(script: string): void {
  if (script.includes("\0")) throw new BuildError("build_failed", "The first-boot script has a NUL character in it.");
  const bytes = Buffer.byteLength(script);
  if (bytes > LONGEST_SCRIPT) {
    throw new BuildError("build_failed", `The first-boot script has ${bytes} bytes; ${LONGEST_SCRIPT} may be.`);
  }
}

function culprit(kind: Culprit["kind"], name: string, detail: string): Culprit {
  return { kind, name: name.slice(0, 200), with: [], detail };
}

/** A value from outside as it may stand in a sentence. */
export function shown(value: string): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…"` : text;
}
