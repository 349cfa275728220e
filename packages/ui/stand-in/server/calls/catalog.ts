import { findModels } from "@pawl/server/find-models";
import { findPackages } from "@pawl/server/find-packages";
import { imageUse } from "@pawl/server/image-use";
import type { ServerSchemas } from "../../../data/server.ts";
import type { Asked } from "../../calls.ts";
import {
  type Catalog,
  DEFAULT_PACKAGES,
  distributionNamed,
  hoursAgo,
  modelNamed,
  provenance,
  revisionOf,
  targetNamed,
  versionNamed,
  versionsOf,
} from "../catalog/catalog.ts";
import { packageSetOf } from "../catalog/package-set.ts";
import type { StandInPackage } from "../catalog/packages.ts";
import { branchCounts } from "../catalog/resources.ts";
import { TARGETS } from "../catalog/targets.ts";
import { pageOf } from "../page.ts";
import { refuse } from "../refusal.ts";
import type { ServerCalls } from "./types.ts";

const DISTRIBUTION = "/api/v2/distributions/{distribution}" as const;
const VERSION = `${DISTRIBUTION}/versions/{version}` as const;
const TARGET = `${VERSION}/targets/{target}/{subtarget}` as const;

/** What there is to be had, and how fresh it is. */
export function catalogCalls(catalog: Catalog, resources: readonly ServerSchemas["Resource"][]) {
  const told = provenance(catalog);
  const distribution = ({ path }: Asked) => distributionNamed(catalog, path.distribution);
  const version = ({ path }: Asked) => versionNamed(catalog, path.distribution, path.version);
  const target = (asked: Asked) => targetNamed(`${asked.path.target}/${asked.path.subtarget}`, version(asked).name);
  const calls = {
    "GET /api/v2/distributions": () => ({ items: catalog.distributions.map(({ detail }) => detail), next: null }),
    [`GET ${DISTRIBUTION}` as const]: (asked: Asked) => ({ ...distribution(asked).detail, ...told }),
    [`GET ${DISTRIBUTION}/branches` as const]: (asked: Asked) => ({
      items: distribution(asked).branches.map(({ name, versions }) => ({
        ...{ name, versions, enabled: true, snapshot: name === "SNAPSHOT", branch_off_rev: null },
        path: name === "SNAPSHOT" ? "snapshots" : "releases/{version}",
      })),
      next: null,
      ...told,
    }),
  } satisfies Partial<ServerCalls>;
  return { ...calls, ...versionCalls(), ...targetCalls(), ...resourceCalls() };

  function versionCalls() {
    return {
      [`GET ${DISTRIBUTION}/versions` as const]: (asked: Asked) => {
        const { query } = asked;
        const [branch, kind] = [query.get("branch"), query.get("kind")];
        const all = versionsOf(distribution(asked));
        const found = all.filter((one) => (!branch || one.branch === branch) && (!kind || one.kind === kind));
        return { ...pageOf(found, query), ...told };
      },
      [`GET ${VERSION}` as const]: version,
      [`GET ${VERSION}/targets` as const]: (asked: Asked) => {
        version(asked);
        return { items: TARGETS.map(({ name, architecture }) => ({ name, architecture })), next: null, ...told };
      },
      [`GET ${VERSION}/models` as const]: (asked: Asked) => {
        version(asked);
        const found = findModels(catalog.models, asked.query.get("query") ?? "");
        return { ...pageOf(found, asked.query), ...told } as ServerSchemas["ModelList"];
      },
    } satisfies Partial<ServerCalls>;
  }

  function targetCalls() {
    return {
      [`GET ${TARGET}` as const]: (asked: Asked) => {
        const { name, architecture } = target(asked);
        const { name: version_number } = version(asked);
        const models = catalog.models.filter((model) => model.target === name);
        return {
          ...{ name, architecture, version_number, version_code: revisionOf(version_number), kmods: null },
          default_packages: [...DEFAULT_PACKAGES],
          profiles: models.map(({ profile, titles }) => ({ name: profile, titles })),
          source_date: hoursAgo(catalog, 400),
          ...told,
        };
      },
      [`GET ${TARGET}/profiles/{profile}` as const]: (asked: Asked) => {
        const { name, imageLimit, images } = target(asked);
        const { profile, titles } = modelNamed(catalog, target(asked), asked.path.profile ?? "");
        return {
          ...{ name: profile, titles, target: name, image_limit: imageLimit },
          device_packages: name.startsWith("ath79") ? ["kmod-ath9k", "kmod-usb3"] : ["kmod-usb3"],
          supported_devices: [profile.replace("_", ",")],
          images: images.map(([type, filesystem, extension]) => ({
            ...{ type, use: imageUse(type), ...(filesystem && { filesystem }) },
            name: `openwrt-${asked.path.version}-${profile}-${type}.${extension}`,
          })),
          ...told,
        };
      },
      [`GET ${TARGET}/packages` as const]: (asked: Asked) => {
        target(asked);
        const { query } = asked;
        const found = findPackages(catalog.packages, query.get("query") ?? "", query.get("feed") ?? undefined);
        const { items, next } = pageOf(found, query);
        return { items: items.map((one) => packageOf(one as StandInPackage)), next, ...told };
      },
      [`GET ${TARGET}/packages/{package}` as const]: (asked: Asked) => {
        target(asked);
        const found = catalog.packages.find(({ name }) => name === asked.path.package);
        if (!found) throw refuse(404, "not_found", `There is no package ${asked.path.package}.`);
        const { abi, conflicts, provides } = found;
        return { ...packageOf(found), abi, conflicts, provides, ...told };
      },
      [`POST ${TARGET}/package-sets` as const]: (asked: Asked<ServerSchemas["PackageChoice"]>) => {
        const { packages = [], only = false } = asked.body;
        return packageSetOf(catalog, target(asked), { packages, only });
      },
    } satisfies Partial<ServerCalls>;
  }

  function resourceCalls() {
    return {
      "GET /api/v2/catalog/branches": ({ query }: Asked) => {
        const of = query.get("distribution");
        return { items: branchCounts(resources.filter(({ distribution: name }) => !of || name === of)), next: null };
      },
      "GET /api/v2/catalog/resources": ({ query }: Asked) => {
        const found = resources.filter(wanted(query));
        const key = (one: ServerSchemas["Resource"]) => sortKey(one, query.get("sort") ?? "path");
        const sorted = found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
        if (query.get("sort") === "newest") sorted.reverse();
        const in_trouble = resources.filter(({ trouble }) => trouble !== null).length;
        return { ...pageOf(sorted, query), total: found.length, in_trouble };
      },
      "POST /api/v2/catalog/refresh": () => ({
        ...{ running: false, changed: 3, unchanged: resources.length - 3, bytes: 61_204 },
        failed: resources.filter(({ trouble }) => trouble !== null).slice(0, 20),
      }),
    } satisfies Partial<ServerCalls>;
  }
}

function packageOf({
  name,
  version,
  feed,
  description,
  size,
  installedSize,
  depends,
}: StandInPackage): ServerSchemas["Package"] {
  return { name, version, feed, description, size, installed_size: installedSize, depends };
}

function wanted(query: URLSearchParams) {
  const is = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
  return ({ distribution, version, branch, kind, path, trouble }: ServerSchemas["Resource"]) =>
    is("distribution", distribution) &&
    is("version", version) &&
    is("branch", branch) &&
    is("kind", kind) &&
    path.includes(query.get("query") ?? "") &&
    path.includes(query.get("target") ?? "") &&
    (query.get("trouble") !== "true" || trouble !== null) &&
    (query.get("trouble") !== "false" || trouble === null);
}

function sortKey({ path, checked_at, trouble }: ServerSchemas["Resource"], sort: string): string {
  if (sort === "trouble") return `${trouble?.since ?? "~"} ${path}`;
  return sort === "path" ? path : `${checked_at ?? ""} ${path}`;
}
