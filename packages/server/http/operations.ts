import { tokenOperations } from "../auth/routes.ts";
import { buildOperations } from "../builds/routes.ts";
import { catalogOperations } from "../catalog/routes.ts";
import { gcOperations } from "../gc/routes.ts";
import { operatorOperations } from "../operator/routes.ts";
import { packageSetOperations } from "../package-sets/routes.ts";
import { statsOperations } from "../stats/routes.ts";
import { upgradeOperations } from "../upgrades/routes.ts";
import type { Operation } from "./operation.ts";
import { serverOperations } from "./server-operations.ts";

/** The one route list of our own API: what is served, what is described, and what the typed client is made from. */
export const OPERATIONS: readonly Operation[] = [
  ...serverOperations,
  ...catalogOperations,
  ...packageSetOperations,
  ...upgradeOperations,
  ...buildOperations,
  ...operatorOperations,
  ...gcOperations,
  ...statsOperations,
  ...tokenOperations,
];
