import { replacePackages } from "../../packages/server/catalog/store/package-store.ts";
import { type Feed, readIndex } from "../../packages/server/catalog/upstream/index.ts";
import { median } from "../median.ts";
import type { ScaledCatalog } from "./scaled-catalog.ts";

const ROUNDS = 15;

/** Package rows a second of either half of a fill by itself, one index after the other. */
export interface FillParts {
  /** From the mirror's bytes to packages. */
  read_opkg: number;
  read_apk: number;
  /** From packages to rows of the database, by COPY. */
  write: number;
}

/** What a fill is made of: reading an index, of either generation, and writing it. Nothing of it stays in the database. */
export async function benchFillParts({ mirror, database }: ScaledCatalog): Promise<FillParts> {
  const read = async (version: string) => {
    const result = await readIndex(`${mirror.url}/releases/${version}/packages/scale_arch0/packages`, "packages");
    if (result.outcome !== "changed") throw new Error("the index wasn't read");
    return result.value;
  };
  const opkg = await rate(() => read("24.10.0"));
  const apk = await rate(() => read("25.12.0"));
  const client = await database.pool.connect();
  try {
    const feed = await read("24.10.0");
    const write = await rate(async () => {
      await client.query("begin");
      await replacePackages(client, -1, feed.packages);
      // A commit waits for the disk once, however many rows there are.
      await client.query("rollback");
      return feed;
    });
    return { read_opkg: opkg, read_apk: apk, write };
  } finally {
    client.release();
  }
}

async function rate(work: () => Promise<Feed>): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const { packages } = await work();
    rates.push(packages.length / ((performance.now() - start) / 1000));
  }
  return median(rates);
}
