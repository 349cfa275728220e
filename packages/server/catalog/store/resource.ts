import type { Selectable } from "kysely";
import type { ResourceTable } from "../tables.ts";
import type { ResourceKind, ResourceState, Trouble, Trust } from "../types.ts";
import type { Validators } from "../upstream/index.ts";

/** What is asked for: which thing of upstream's, and what it is for. */
export interface ResourceKey {
  /** Whose upstream it is read from. */
  distribution: string;
  kind: ResourceKind;
  /** Below the upstream URL, or a whole URL. An index: its folder. */
  path: string;
  branch: string | null;
  version: string | null;
}

/** A resource as far as its row goes: all but what was in it. */
export interface Resource extends ResourceKey {
  id: number;
  validators: Validators | null;
  /** Null: nothing of it was ever read. */
  digest: string | null;
  size: number | null;
  trust: Trust | null;
  checkedAt: Date | null;
  changedAt: Date | null;
  triedAt: Date | null;
  /** Number of the lease; with an older one nothing can be saved. */
  attempt: number;
  leased: boolean;
  failures: number;
  trouble: Trouble | null;
}

/** The one text under which processes and maps know it. */
export function nameOf({ distribution, kind, path }: Pick<ResourceKey, "distribution" | "kind" | "path">): string {
  return `${distribution} ${kind} ${path}`;
}

/** All columns but the document, which may be megabytes. */
export const RESOURCE_COLUMNS = [
  "id",
  "distribution",
  "kind",
  "path",
  "branch",
  "version",
  "validators",
  "digest",
  "size",
  "trust",
  "checked_at",
  "changed_at",
  "tried_at",
  "due_at",
  "attempt",
  "leased_until",
  "failures",
  "trouble_code",
  "trouble_sentence",
  "trouble_since",
  "trouble_status",
] as const;

export type ResourceRow = Pick<Selectable<ResourceTable>, (typeof RESOURCE_COLUMNS)[number]>;

export function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    distribution: row.distribution,
    kind: row.kind,
    path: row.path,
    branch: row.branch,
    version: row.version,
    // Written by us, as upstream's readers gave it.
    validators: row.validators as Validators | null,
    digest: row.digest,
    size: row.size,
    trust: row.trust,
    checkedAt: row.checked_at,
    changedAt: row.changed_at,
    triedAt: row.tried_at,
    attempt: row.attempt,
    leased: row.leased_until !== null && row.leased_until.getTime() > Date.now(),
    failures: row.failures,
    trouble:
      row.trouble_code === null
        ? null
        : {
            code: row.trouble_code,
            sentence: row.trouble_sentence ?? "",
            since: row.trouble_since ?? row.due_at,
            retryAt: row.due_at,
            upstreamStatus: row.trouble_status,
          },
  };
}

/** As status pages and the `catalog` command show it. */
export function toState(resource: Resource): ResourceState {
  const { distribution, kind, path, branch, version, checkedAt, changedAt, size, trust, trouble } = resource;
  return { distribution, kind, path, branch, version, checkedAt, changedAt, size, trust, trouble };
}
