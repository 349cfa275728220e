import type { Build, BuildResult } from "../../builds/types.ts";
import type { Title } from "../../catalog/types.ts";
import { modelName } from "./model-name.ts";
import { sysupgradeFile } from "./sysupgrade-file.ts";

/** A build that has come to its images. */
export type FinishedBuild = Build & { state: "done"; result: BuildResult; finishedAt: Date; expiresAt: Date };

/** What the first generation's rows say of an image, besides its names. */
export interface ImageFacts {
  distribution: string;
  /** As the catalog names it. */
  version: string;
  target: string;
  profile: string;
  model: string;
  /** 32 hex digits; null without a first-boot script. */
  defaultsHash: string | null;
  /** Milliseconds since 1970. */
  builtAt: number;
  /** The file for `sysupgrade`; null where none was made. */
  sysupgrade: string | null;
  /** With nothing but what its profile comes with. */
  isVanilla: boolean;
  buildSeconds: number;
}

export function isFinished(build: Build): build is FinishedBuild {
  return build.state === "done" && build.result !== null && build.finishedAt !== null && build.expiresAt !== null;
}

/** @param defaultsHash of its first-boot script */
export function imageFacts({ inputs, result, startedAt, finishedAt }: FinishedBuild, defaultsHash: string | null) {
  const began = startedAt ?? finishedAt;
  return {
    distribution: inputs.distribution,
    version: inputs.version,
    target: inputs.target,
    profile: inputs.profile,
    model: titleOf(result.profile) ?? inputs.profile,
    defaultsHash,
    builtAt: finishedAt.getTime(),
    sysupgrade: sysupgradeFile(result.images),
    isVanilla: inputs.packages.length === 0 && inputs.defaults === null,
    buildSeconds: Math.max(0, Math.round((finishedAt.getTime() - began.getTime()) / 1000)),
  } satisfies ImageFacts;
}

/** Of the profile's part of `profiles.json`; null where it says nothing. */
function titleOf({ titles }: Readonly<Record<string, unknown>>): string | null {
  const [first] = Array.isArray(titles) ? (titles as unknown[]) : [];
  if (typeof first !== "object" || first === null) return null;
  const said = Object.entries(first).filter(([, text]) => typeof text === "string");
  return modelName(Object.fromEntries(said) as Title) || null;
}
