import {
  type BuildHouse,
  type HouseOptions,
  openBuildHouse,
} from "../../packages/server/builds/testing/build-house.ts";
import startDatabases from "../../packages/server/testing/global-setup.ts";

/** Builds as a server does them, without its catalog and its mirror, over databases of a PostgreSQL of their own. */
export class BenchHouses implements AsyncDisposable {
  readonly #taken = new AsyncDisposableStack();

  static async start(): Promise<BenchHouses> {
    const houses = new BenchHouses();
    houses.#taken.defer(await startDatabases());
    return houses;
  }

  async open(options: HouseOptions): Promise<BuildHouse> {
    return this.#taken.use(await openBuildHouse({ reconcileEvery: 1_000, ...options }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#taken.disposeAsync();
  }
}
