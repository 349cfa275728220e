import { BuildError } from "../types.ts";
import type { Generation } from "./generation.ts";
import type { Manifest } from "./manifest.ts";

interface Essential {
  what: string;
  pattern: RegExp;
  /** Part of every image whether a profile lists it or not. */
  isAlways: boolean;
}

const COMMON: readonly Essential[] = [
  { what: "base-files", pattern: /^base-files$/, isAlways: true },
  { what: "the C library (libc)", pattern: /^(?:libc|musl|glibc)$/, isAlways: true },
  { what: "the kernel", pattern: /^kernel$/, isAlways: true },
  { what: "an init (procd)", pattern: /^procd(?:-.+)?$/, isAlways: false },
];
const PACKAGE_MANAGER: Readonly<Record<Generation["name"], Essential>> = {
  opkg: { what: "a package manager (opkg)", pattern: /^opkg$/, isAlways: false },
  apk: { what: "a package manager (apk)", pattern: /^apk(?:-.+)?$/, isAlways: false },
};

/**
 * What a device can't run without, and can't be repaired without, and isn't in the manifest; null when nothing lacks (contract server.md
 * §2). What the profile itself does without may be left out.
 */
export function incompleteImage(
  manifest: Manifest,
  generation: Generation["name"],
  brought: readonly string[],
): BuildError | null {
  const names = Object.keys(manifest);
  const lacking = [...COMMON, PACKAGE_MANAGER[generation]].filter(
    ({ pattern, isAlways }) =>
      !names.some((name) => pattern.test(name)) && (isAlways || brought.some((name) => pattern.test(name))),
  );
  if (lacking.length === 0) return null;
  const sentence = `The image would be without ${lacking.map(({ what }) => what).join(" and ")}: the device couldn't be used or repaired.`;
  return new BuildError("incomplete_image", sentence, {
    culprits: lacking.map(({ what }) => ({
      kind: "package",
      name: what.replace(/^.*\((.*)\)$/, "$1").replace(/^the /, ""),
      with: [],
      detail: sentence,
    })),
  });
}
