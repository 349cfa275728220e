import { BuildError } from "../types.ts";
import { type Filesystem, shown } from "./values.ts";

/** An ImageBuilder's `.config`, as far as a build looks at it. */
export interface ConfigFile {
  /** Empty for snapshots. */
  versionNumber: string;
  /** File systems that images are made with. */
  filesystems: readonly Filesystem[];
  /** MiB; null where the target's devices have none. */
  rootfsPartsizeMb: number | null;
}

const OPTIONS: Readonly<Record<Filesystem, string>> = {
  squashfs: "SQUASHFS",
  ext4: "EXT4FS",
  ubifs: "UBIFS",
  erofs: "EROFS",
  jffs2: "JFFS2",
  "jffs2-nand": "JFFS2_NAND",
  targz: "TARGZ",
  cpiogz: "CPIOGZ",
};
const ALL = Object.keys(OPTIONS) as Filesystem[];

export function parseConfigFile(text: string): ConfigFile {
  const size = optionIn(text, "CONFIG_TARGET_ROOTFS_PARTSIZE");
  return {
    versionNumber: (optionIn(text, "CONFIG_VERSION_NUMBER") ?? "").replace(/^"(.*)"$/, "$1"),
    filesystems: ALL.filter((name) => optionIn(text, optionOf(name)) === "y"),
    rootfsPartsizeMb: size !== null && /^\d{1,7}$/.test(size) ? Number(size) : null,
  };
}

/**
 * The same with what was asked for. Newer ImageBuilders take it as variables too; older ones pass over those in silence, and only look
 * here (imagebuilder §4, contract server.md §2).
 * @throws BuildError unsupported_filesystem
 */
export function withAsked(
  text: string,
  { filesystem, rootfsSizeMb }: { filesystem: Filesystem | null; rootfsSizeMb: number | null },
): string {
  let result = text;
  if (rootfsSizeMb !== null) result = withLine(result, "CONFIG_TARGET_ROOTFS_PARTSIZE", `=${rootfsSizeMb}`);
  if (filesystem === null) return result;
  const { filesystems } = parseConfigFile(text);
  if (!filesystems.includes(filesystem)) throw unsupportedFilesystem(filesystem, filesystems);
  for (const other of filesystems) {
    if (other !== filesystem) result = withLine(result, optionOf(other), null);
  }
  return result;
}

export function unsupportedFilesystem(asked: string, available: readonly string[]): BuildError {
  const there = available.length > 0 ? `there are ${available.join(", ")}` : "there is no choice";
  const sentence = `This device has no images with ${shown(asked)}; ${there}.`;
  return new BuildError("unsupported_filesystem", sentence, {
    culprits: [{ kind: "filesystem", name: asked, with: available, detail: sentence }],
  });
}

function optionOf(name: Filesystem): string {
  return `CONFIG_TARGET_ROOTFS_${OPTIONS[name]}`;
}

function optionIn(text: string, option: string): string | null {
  return new RegExp(`^${option}=(.*)$`, "m").exec(text)?.[1] ?? null;
}

/** With the option set, or off. */
function withLine(text: string, option: string, value: string | null): string {
  const line = value === null ? `# ${option} is not set` : `${option}${value}`;
  const pattern = new RegExp(`^(?:${option}=.*|# ${option} is not set)$`, "m");
  if (pattern.test(text)) return text.replace(pattern, line);
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}
