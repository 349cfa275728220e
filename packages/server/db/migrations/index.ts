import type { Migration } from "../migrate.ts";
import * as catalog from "./0001-catalog.ts";
import * as access from "./0002-access.ts";
import * as stats from "./0003-stats.ts";
import * as packageLists from "./0004-package-lists.ts";
import * as builds from "./0005-builds.ts";
import * as buildQueue from "./0006-build-queue.ts";
import * as buildsNobodyDoes from "./0007-builds-nobody-does.ts";

/**
 * All migrations in the order they are made in. Forward only: what has been released is never edited, the next one
 * corrects it. One line each: `{ name: "0001-catalog", up: catalog.up }`.
 */
export const MIGRATIONS: readonly Migration[] = [
  { name: "0001-catalog", up: catalog.up },
  { name: "0002-access", up: access.up },
  { name: "0003-stats", up: stats.up },
  { name: "0004-package-lists", up: packageLists.up },
  { name: "0005-builds", up: builds.up },
  { name: "0006-build-queue", up: buildQueue.up },
  { name: "0007-builds-nobody-does", up: buildsNobodyDoes.up },
];
