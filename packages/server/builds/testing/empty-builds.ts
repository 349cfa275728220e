import { ServerError } from "../../error.ts";
import type { Store } from "../../storage/types.ts";
import type { Builds } from "../types.ts";

/** For tests of what isn't about builds: none was ever made, and none can be asked for. */
export const EMPTY_BUILDS: Builds = {
  generation: 0,
  ask: () => Promise.reject(new ServerError("internal", "This test has no builds.")),
  byAlias: async () => null,
  byId: async () => null,
  output: async () => ({ stdout: "", stderr: "" }),
  log: async () => [],
  watch: async function* () {},
  withdraw: () => Promise.reject(new ServerError("not_found", "There is no such build.")),
  file: async () => null,
  queueLength: () => 0,
  stored: async () => 0,
  building: async () => 0,
};

export const EMPTY_STORE: Store = {
  name: "empty",
  place: "nowhere",
  put: () => Promise.reject(new ServerError("internal", "This test has no store.")),
  read: async () => null,
  remove: async () => {},
  tidy: async () => {},
  room: async () => null,
  readMark: async () => null,
  writeMark: async () => {},
  builds: async function* () {},
};
