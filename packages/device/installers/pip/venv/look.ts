import { join } from "node:path";
import { versionings } from "@pawl/protocol/versioning";
import { installedDistribution } from "../../../python/index.ts";
import type { InstalledStore } from "../../../store/installed.ts";
import { type Layout, layoutOf } from "../../bundle/layout.ts";
import { symlinkBackups, symlinkInPlace } from "../../bundle/symlink-in-place.ts";
import type { Backup, InPlace, Installer } from "../../types.ts";

/** What is in place and what one can go back to, for those who only look: nothing is started. */
export function venvStanding(
  { home, distribution }: { home: string; distribution: string },
  installed: Pick<InstalledStore, "load">,
): Pick<Installer, "current" | "backups"> {
  const layout = layoutOf(home);
  return {
    current: async () => asInstalled(layout, distribution, await symlinkInPlace(layout)),
    backups: (): Promise<Backup[]> => symlinkBackups(layout, installed),
  };
}

/** With what the environment's own files say: somebody may have installed another version into it by hand. */
async function asInstalled(layout: Layout, distribution: string, tree: InPlace | null): Promise<InPlace | null> {
  if (tree === null) return null;
  const venv = join(layout.releases, tree.tree);
  const found = await installedDistribution({ venv }, distribution, { cachePath: null }).catch(() => null);
  // One version may be spelt in several ways: the release's own is the one that is compared.
  const isAnother = found !== null && versionings.pep440.compare(found.version, tree.version) !== 0;
  return isAnother ? { ...tree, version: found.version, manifest_sha256: null, commit: found.commit } : tree;
}
