import type { ImageChoices } from "./image-choices.ts";
import type { PackageSet } from "./package-choice.ts";
import type { ServerSchemas } from "./server.ts";

/** What few people change. The script is in no address: it may have a password in it. */
export interface ImageOptions extends Pick<ImageChoices, "filesystem" | "rootfsSizeMb"> {
  script: string;
}

/** What a server allows. */
export interface OptionLimits {
  rootfsSizeMb: number;
  /** Characters. */
  scriptLength: number;
  allowScript: boolean;
}

export type OptionTrouble = "rootfs" | "script";

export const limitsOf = ({ builds }: Pick<ServerSchemas["Server"], "builds">): OptionLimits => ({
  rootfsSizeMb: builds.max_custom_rootfs_size_mb,
  scriptLength: builds.max_defaults_length,
  allowScript: builds.allow_defaults,
});

/** What the server would refuse; null: nothing. */
export function optionTrouble(
  { rootfsSizeMb, script }: ImageOptions,
  limits: OptionLimits | null,
): OptionTrouble | null {
  const most = limits?.rootfsSizeMb ?? Number.POSITIVE_INFINITY;
  if (rootfsSizeMb !== null && !(rootfsSizeMb >= 1 && rootfsSizeMb <= most)) return "rootfs";
  return limits?.allowScript && lengthOf(script) > limits.scriptLength ? "script" : null;
}

/** In characters, as the server counts them: what lies beyond 16 bits is one. */
export const lengthOf = (script: string) => [...script].length;

/** A size as it was written, also one that no server takes: it is said, not dropped. Null: none. */
export function writtenSize(text: string): number | null {
  return text.trim() === "" ? null : Math.max(-1, Math.min(Math.trunc(Number(text)), 999_999_999));
}

/** Whether an image may be asked for; else why not yet. */
export type WhyNot = { kind: "loading" } | { kind: "unknown-package"; name: string } | { kind: OptionTrouble };

export function canBuild(isKnown: boolean, set: PackageSet | undefined, trouble: OptionTrouble | null): true | WhyNot {
  if (!isKnown) return { kind: "loading" };
  if (trouble !== null) return { kind: trouble };
  const [name] = set?.unknown ?? [];
  return name === undefined ? true : { kind: "unknown-package", name };
}

/** Who asks, in the server's statistics. */
export const clientName = (server: Pick<ServerSchemas["Server"], "version"> | null) =>
  `image-builder/${server?.version ?? "unknown"}`;

/** What the API is asked for. */
export function buildRequest(
  choices: ImageChoices & { distribution: string; version: string; target: string; profile: string },
  script: string,
  client: string,
): ServerSchemas["BuildRequest"] {
  const { distribution, version, target, profile, packages, filesystem, rootfsSizeMb } = choices;
  return {
    distribution,
    version,
    version_code: null,
    target,
    profile,
    packages: [...packages],
    packages_versions: {},
    only: false,
    filesystem,
    rootfs_size_mb: rootfsSizeMb,
    defaults: script.trim() === "" ? null : script,
    repositories: {},
    repositories_mode: "append",
    repository_keys: [],
    client,
  };
}
