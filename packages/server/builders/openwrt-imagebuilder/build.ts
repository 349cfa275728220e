import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LRUCache } from "lru-cache";
import type { FetchProxy, FetchProxyPlace } from "../../worker/proxy/types.ts";
import type { BuilderTools, BuildRecipe, Made } from "../types.ts";
import { type Assembled, assemble } from "./assemble.ts";
import type { ImageBuilderInfo } from "./info.ts";
import { prepare } from "./prepare.ts";
import { addedRepositories } from "./repositories.ts";
import { type Resolved, readInfo, resolve } from "./resolve.ts";
import { outsideOf, routesOf } from "./routes.ts";
import type { Trees } from "./trees/types.ts";
import { checkValues } from "./values.ts";
import { Workbench } from "./workbench.ts";

/** What this builder uses of the worker it runs in. */
export interface ImageBuilderParts {
  trees: Trees;
  /** A way out of one sandbox, to exactly these places. */
  openProxy(options: FetchProxyPlace & { signal: AbortSignal }): Promise<FetchProxy>;
}

export interface Remembered {
  /** By the archive's sha256: the same tree says the same of itself, so only its first build asks. */
  infos: LRUCache<string, ImageBuilderInfo>;
}

/**
 * One build: an unpacked ImageBuilder below a writable layer, a way to the mirror, and up to three calls of make.
 * @throws BuildError
 */
export async function buildImage(
  parts: ImageBuilderParts & Remembered,
  recipe: BuildRecipe,
  tools: BuilderTools,
): Promise<Made> {
  const { folder, sandboxes, signal } = tools;
  checkValues(recipe);
  const added = addedRepositories(recipe);
  const routes = routesOf(recipe, added);

  await using tree = await parts.trees.take(recipe, tools);
  const place = join(folder, "sandbox");
  await mkdir(place);
  await using proxy = await parts.openProxy({
    routes,
    socketPath: join(folder, "proxy"),
    user: sandboxes.user,
    signal,
  });
  await using sandbox = await sandboxes.open({
    tree: tree.path,
    folder: place,
    limits: recipe.limits,
    proxySocket: proxy.socket,
    signal,
  });
  const inside = (url: string) => proxy.insideUrl(url, sandbox.proxyPort);
  const prepared = await prepare(sandbox, tree.path, { recipe, added, inside });
  const outside = outsideOf(routes, sandbox.proxyPort);
  const bench = new Workbench({ recipe, tools, sandbox, proxy, prepared, outside });
  for (const warning of prepared.warnings) bench.warn(warning);

  tools.step("resolve");
  const info = parts.infos.get(tree.sha256) ?? (await readInfo(bench));
  parts.infos.set(tree.sha256, info);
  const resolved = await resolve(bench, info);
  tools.step("assemble");
  const assembled = await assemble(bench, resolved);
  return madeOf(bench, resolved, assembled);
}

function madeOf({ recipe, prepared, warnings }: Workbench, resolved: Resolved, assembled: Assembled): Made {
  const { images, all, versionNumber, sourceDateEpoch, target, profile } = assembled;
  const isImage = new Set(images.map(({ name }) => name));
  return {
    versionCode: resolved.revision,
    versionNumber: versionNumber || prepared.config.versionNumber || recipe.inputs.version,
    sourceDateEpoch,
    images,
    files: all.filter(({ name }) => !isImage.has(name)),
    manifest: resolved.manifest,
    packages: resolved.packages,
    warnings,
    target,
    profile,
  };
}
