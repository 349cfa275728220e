import type { AccessTables } from "../auth/tables.ts";
import type { BuildsTables } from "../builds/tables.ts";
import type { CatalogTables } from "../catalog/tables.ts";
import type { AsuV0Tables } from "../compat/asu-v0/tables.ts";
import type { GcTables } from "../gc/tables.ts";
import type { StatsTables } from "../stats/tables.ts";

/** Every table, for Kysely. Each feature declares its own beside its code; nobody reads another's. */
export interface Tables extends CatalogTables, AccessTables, StatsTables, AsuV0Tables, BuildsTables, GcTables {}
