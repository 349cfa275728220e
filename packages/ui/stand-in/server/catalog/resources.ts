import type { ServerSchemas } from "../../../data/server.ts";
import { Chance } from "../../chance.ts";
import { type Catalog, hoursAgo, versionsOf } from "./catalog.ts";
import { TARGETS } from "./targets.ts";

type Resource = ServerSchemas["Resource"];
type Trouble = ServerSchemas["Trouble"];

/** Which of the resources are in trouble, from 0 to 1. */
export function resourcesOf(catalog: Catalog, troubled: number): Resource[] {
  const chance = new Chance(77);
  const of = (
    distribution: string,
    kind: Resource["kind"],
    path: string,
    version: { name: string; branch: string } | null,
  ): Resource => {
    const age = chance.number(0, 50) / 10;
    const trouble = chance.share() < troubled ? troubleOf(catalog, chance) : null;
    const isNew = trouble?.data_from === null;
    return {
      distribution,
      kind,
      path,
      branch: version?.branch ?? null,
      version: version?.name ?? null,
      checked_at: isNew ? null : hoursAgo(catalog, trouble ? age + 30 : age),
      changed_at: isNew ? null : hoursAgo(catalog, age + chance.number(40, 900)),
      size: isNew ? null : chance.number(2_000, 4_000_000),
      trust: isNew ? null : kind === "versions" || kind === "models" ? "unsigned" : "verified",
      trouble,
    };
  };
  return catalog.distributions.flatMap((distribution) => {
    const { name } = distribution.detail;
    const versions = versionsOf(distribution);
    return [
      of(name, "versions", ".versions.json", null),
      ...versions.flatMap((version) => [
        of(name, "targets", `${version.path}/.targets.json`, version),
        of(name, "models", `${version.path}/.overview.json`, version),
        ...TARGETS.flatMap((target) => [
          of(name, "target", `${version.path}/targets/${target.name}/profiles.json`, version),
          of(name, "index", `${version.path}/targets/${target.name}/packages/index.json`, version),
        ]),
      ]),
    ];
  });
}

/** How much there is of each branch, and how much of it is in trouble. */
export function branchCounts(resources: readonly Resource[]): ServerSchemas["CatalogBranches"]["items"] {
  const groups = Map.groupBy(resources, ({ distribution, branch }) => `${distribution} ${branch ?? ""}`);
  return [...groups.values()].flatMap((group) => {
    const checked = group.flatMap(({ checked_at }) => checked_at ?? []).sort();
    const { distribution, branch } = group[0] ?? {};
    if (distribution === undefined) return [];
    const in_trouble = group.filter(({ trouble }) => trouble !== null).length;
    return {
      ...{ distribution, branch: branch ?? null, total: group.length, in_trouble },
      ...{ checked_at: checked.at(-1) ?? null, oldest_at: checked[0] ?? null },
    };
  });
}

const TROUBLES: readonly Pick<Trouble, "code" | "message" | "upstream_status">[] = [
  { code: "mirror_down", message: "The download server can't be reached.", upstream_status: null },
  { code: "mirror_down", message: "The download server answered 503.", upstream_status: 503 },
  { code: "not_found", message: "The download server doesn't have it any more.", upstream_status: 404 },
  { code: "signature_wrong", message: "It isn't signed by any of the configured keys.", upstream_status: 200 },
  { code: "not_json", message: "What the download server sent isn't JSON.", upstream_status: 200 },
];

export function troubleOf(catalog: Pick<Catalog, "now">, chance: Chance): Trouble {
  const hours = chance.number(1, 60);
  return {
    ...chance.one(TROUBLES),
    since: hoursAgo(catalog, hours),
    data_from: chance.share() < 0.9 ? hoursAgo(catalog, hours + 1) : null,
    retry_at: hoursAgo(catalog, -0.2),
  };
}
