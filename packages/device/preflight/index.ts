import type { Manifest, Release } from "@pawl/protocol";
import type { Need } from "../installers/types.ts";

export interface PreflightParts {
  /** Space an install of this takes. */
  needs(manifest: Manifest): Promise<Need[]>;
}

/** Whether a release can be installed on this device, known before anything of it is downloaded or changed. */
export interface Preflight {
  /**
   * On the side that downloads. `manifest` is null as long as it is only inside the bundle.
   * Throws UpdateError `disk_full`, `requires_unmet`, `clock_wrong`.
   */
  beforeDownload(release: Release, manifest: Manifest | null, signal: AbortSignal): Promise<void>;
  /** On the side that applies: also whether it may write where it will have to, and what the device's own hook says. */
  beforeStaging(manifest: Manifest, signal: AbortSignal): Promise<void>;
}

export function createPreflight(_parts: PreflightParts): Preflight {
  return { beforeDownload: async () => {}, beforeStaging: async () => {} };
}
