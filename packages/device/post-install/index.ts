import type { Manifest } from "@pawl/protocol";
import type { Run } from "../system/types.ts";

export interface PostInstallParts {
  run: Run;
  hooksDir: string;
  allowCommands: boolean;
}

type OnLine = (line: string) => void;

/** What a release asks for after it was put in place (`post_install`, contract device-api.md §6). */
export interface PostInstall {
  /** Throws UpdateError `requires_unmet` for a hook this device doesn't have, or commands it doesn't allow. */
  check(manifest: Manifest): Promise<void>;
  /** Every step in its order. Throws UpdateError `restart_failed` with the first that fails. */
  run(manifest: Manifest, signal: AbortSignal, onLine: OnLine): Promise<void>;
  /** For a release that is gone back to: the units that either named. Throws like `run`. */
  refresh(manifests: readonly Manifest[], signal: AbortSignal, onLine: OnLine): Promise<void>;
}

export function createPostInstall(_parts: PostInstallParts): PostInstall {
  return { check: async () => {}, run: async () => {}, refresh: async () => {} };
}
