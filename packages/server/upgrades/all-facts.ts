import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Distribution } from "../catalog/types.ts";
import { loadUpgradeFacts } from "./facts.ts";
import type { UpgradeFacts } from "./types.ts";

const SHIPPED = fileURLToPath(new URL("../catalog/data/", import.meta.url));

/**
 * The facts of every distribution, by name: those that ship with Pawl, over them those of the folder that the
 * configuration names. One that came from another, or is built on it, has that one's unless it has its own.
 * @throws ServerError config_invalid
 */
export async function loadAllUpgradeFacts(
  distributions: readonly Pick<Distribution, "name" | "continuedBy" | "parent">[],
  configured: Readonly<Record<string, { data?: string | undefined }>> = {},
): Promise<Map<string, UpgradeFacts>> {
  const foldersOf = (name: string | undefined) => {
    if (name === undefined) return [];
    const own = configured[name]?.data;
    return own === undefined ? [join(SHIPPED, name)] : [join(SHIPPED, name), own];
  };
  const loaded = distributions.map(async ({ name, continuedBy, parent }) => {
    const folders = [...foldersOf(continuedBy ?? parent?.distribution), ...foldersOf(name)];
    return [name, await loadUpgradeFacts(folders)] as const;
  });
  return new Map(await Promise.all(loaded));
}
