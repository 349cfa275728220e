import { pino } from "pino";
import type { BuilderTools, BuildRecipe, Made } from "../../../builders/types.ts";
import { type BuildHouse, openBuildHouse } from "../../../builds/testing/build-house.ts";
import { WaitingBuilder } from "../../../builds/testing/waiting-builder.ts";
import { ServerConfig } from "../../../config/schema.ts";
import { assemble } from "../../../http/assemble.ts";
import { listen } from "../../../http/listen.ts";
import type { ServerParts } from "../../../http/parts.ts";
import { RepresentationCache } from "../../../http/representation.ts";
import { StoredImages } from "../images.ts";
import { StoredPackageLists } from "../package-lists.ts";
import { StoredRequestNames } from "../request-names.ts";
import { asuV0Routes } from "../routes.ts";

/** Packages that the catalog knows. */
const PACKAGES = ["luci", "vim", "tmux", "base-files"];

/** A builder that only waits, for devices of which some have no sysupgrade file. */
export class DeviceBuilder extends WaitingBuilder {
  override async build(recipe: BuildRecipe, tools: BuilderTools): Promise<Made> {
    const made = await super.build(recipe, tools);
    if (recipe.inputs.target !== "x86/64") return made;
    return { ...made, images: made.images.map((image) => ({ ...image, ...FACTORY })) };
  }
}

const FACTORY = { name: "openwrt-generic-squashfs-factory.bin", type: "factory" };

export interface HouseDialect extends AsyncDisposable {
  url: string;
  house: BuildHouse;
  images: StoredImages;
  parts: ServerParts;
}

/** The dialect over real builds: database, queue and store, with a builder that only writes a small file. */
export async function serveOverHouse(builds: Readonly<Record<string, unknown>> = {}): Promise<HouseDialect> {
  await using taken = new AsyncDisposableStack();
  const house = taken.use(await openBuildHouse({ config: builds, builder: new DeviceBuilder() }));
  const catalog = Object.assign(house.catalog, {
    packages: async () => ({ value: PACKAGES.map((name) => ({ name, provides: [name] })) }),
  });
  const log = pino({ level: "silent" });
  const config = ServerConfig.parse({ listen: "127.0.0.1:0", builds });
  const { kysely } = house.database;
  const images = taken.use(new StoredImages({ database: kysely, log }));
  const parts = {
    config,
    log,
    clock: house.clock.now,
    catalog,
    builds: house.builds,
    store: house.store,
    stats: house.stats,
    upgrades: { facts: () => ({ targetRenames: [], boardRenames: [] }) },
    tokens: { verify: async () => null },
    packageLists: new StoredPackageLists(kysely),
    requestNames: new StoredRequestNames(kysely),
    images,
    representations: new RepresentationCache(),
    signal: new AbortController().signal,
  } as unknown as ServerParts;
  const { address } = taken.use(await listen(assemble([asuV0Routes(parts)], log), config, log));
  const kept = taken.move();
  return { url: address, house, images, parts, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
