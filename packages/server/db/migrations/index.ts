import type { Migration } from "../migrate.ts";
import * as catalog from "./0001-catalog.ts";
import * as access from "./0002-access.ts";
import * as stats from "./0003-stats.ts";
import * as packageLists from "./0004-package-lists.ts";
import * as builds from "./0005-builds.ts";
import * as buildQueue from "./0006-build-queue.ts";
import * as buildsNobodyDoes from "./0007-builds-nobody-does.ts";
import * as fairLine from "./0008-fair-line.ts";
import * as firstGenerationNames from "./0009-first-generation-names.ts";
import * as cleanUp from "./0010-clean-up.ts";
import * as operator from "./0011-operator.ts";
import * as workerProcesses from "./0012-worker-processes.ts";
import * as buildTables from "./0013-build-tables.ts";

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
  { name: "0008-fair-line", up: fairLine.up },
  { name: "0009-first-generation-names", up: firstGenerationNames.up },
  { name: "0010-clean-up", up: cleanUp.up },
  { name: "0011-operator", up: operator.up },
  { name: "0012-worker-processes", up: workerProcesses.up },
  { name: "0013-build-tables", up: buildTables.up },
];
