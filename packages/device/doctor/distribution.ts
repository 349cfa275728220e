import type { PipInstall } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { foldersOf, leftoversOf, lookUpDistribution, type Remains } from "../python/index.ts";
import { environmentOf } from "../python/where.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/**
 * What stands in an app's environment by the name of its distribution: which version counts, what is damaged, and what was
 * left behind. Starts nothing: a Python that wasn't asked yet where it keeps its packages has nothing to say.
 */
export async function lookAtDistribution(config: PipInstall, cachePath: string, app: string): Promise<Finding[]> {
  const where = environmentOf(config);
  try {
    const { installed, remains } = await lookUpDistribution(where, config.distribution, { cachePath });
    const damaged = remains.filter(({ why }) => why === "damaged");
    const unreadable = remains.filter(({ why }) => why === "unreadable");
    const { own, shared } = await foldersOf(where, { cachePath });
    const leftovers = await Promise.all(
      [...own, ...(await shared())].map((at) => leftoversOf(at, config.distribution)),
    );
    const stale = remains.filter((one) => !damaged.includes(one) && !unreadable.includes(one)).map(({ path }) => path);
    return [
      ...(installed ? [fine(`${installed.name} ${installed.version} is installed in ${installed.folder}`)] : []),
      ...damaged.map((one) => assessDamaged(one, app)),
      ...unreadable.map(({ path, detail }) => warning(`This user may not read ${path}`, "sudo pawl doctor", detail)),
      ...assessLeft([...new Set([...stale, ...leftovers.flat()])], app),
    ];
  } catch (error) {
    // Whether its Python works is a check of its own.
    if (error instanceof UpdateError && error.code === "requires_unmet") return [];
    throw error;
  }
}

function assessDamaged({ path, detail }: Remains, app: string): Finding {
  return trouble(`What says which version is installed is damaged: ${path}`, again(app), detail);
}

function assessLeft(paths: readonly string[], app: string): Finding[] {
  if (paths.length === 0) return [];
  const title = "An install that was interrupted, or made by hand, has left something beside the app's packages";
  return [warning(title, again(app), paths.join(", "))];
}

function again(app: string): string {
  return `pawl install --force --app ${app}`;
}
