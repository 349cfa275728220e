import { diffManifests } from "@pawl/server/manifest-diff";
import type { ServerSchemas } from "../../../data/server.ts";
import type { Asked } from "../../calls.ts";
import { Events } from "../../calls.ts";
import type { Builds } from "../builds/builds.ts";
import { buildOf, type Held, linesOf, listedOf } from "../builds/held.ts";
import { type Catalog, modelNamed, targetNamed, versionNamed } from "../catalog/catalog.ts";
import { pageOf } from "../page.ts";
import { refuse } from "../refusal.ts";
import type { ServerCalls } from "./types.ts";

/** Asking for images, watching them come into being, and what an operator may do with them. */
export function buildCalls(catalog: Catalog, builds: Builds) {
  const held = ({ path }: Asked) => builds.find(path.id);
  const build = (asked: Asked) => buildOf(catalog, held(asked));
  return {
    "POST /api/v2/builds": ({ body }: Asked<ServerSchemas["BuildRequest"]>) => {
      const request = whole(body);
      refuseUnknown(catalog, request);
      return builds.ask(request);
    },
    "GET /api/v2/builds": ({ query }: Asked) => {
      const found = builds
        .all()
        .filter(wanted(query))
        .sort(inOrder(query.get("sort") ?? "newest"));
      const { items, next } = pageOf(found, query);
      return { items: items.map((one) => listedOf(catalog, one)), next, total: found.length };
    },
    "GET /api/v2/builds/{id}": build,
    "GET /api/v2/builds/{id}/log": (asked: Asked) => {
      const lines = linesOf(catalog, held(asked));
      const from = Number(asked.query.get("from") ?? 0);
      const items = lines.slice(from, from + Number(asked.query.get("limit") ?? 1_000));
      return { items, next: from + items.length };
    },
    "GET /api/v2/builds/{id}/events": (asked: Asked) => {
      const after = asked.headers.get("last-event-id");
      const from = after ? Number(after) + 1 : Number(asked.query.get("from") ?? 0);
      const one = held(asked);
      return new Events<ServerSchemas["Build"] | ServerSchemas["BuildLogLine"]>((signal) =>
        builds.watch(one, from, signal),
      );
    },
    "GET /api/v2/builds/{id}/diff": (asked: Asked) => {
      const against = buildOf(catalog, builds.find(asked.query.get("against") ?? ""));
      const [from, to] = [against.result?.manifest, build(asked).result?.manifest];
      if (!from || !to) throw refuse(422, "unprocessable", "Only builds that are done can be compared.");
      const { added, removed, changed, unchanged } = diffManifests(from, to);
      return { added: [...added], removed: [...removed], changed: [...changed], unchanged };
    },
    "POST /api/v2/builds/{id}/withdrawals": (asked: Asked<{ secret: string }>) => {
      if (asked.body.secret !== held(asked).secret) {
        throw refuse(403, "forbidden", "That secret belongs to no request for this build.");
      }
      builds.withdraw(held(asked));
      return build(asked);
    },
    "POST /api/v2/builds/{id}/drop": (asked: Asked) => {
      builds.drop(held(asked));
      held(asked).state = "withdrawn";
      return build(asked);
    },
    "POST /api/v2/builds/{id}/retry": (asked: Asked) => {
      builds.retry(held(asked));
      return build(asked);
    },
  } satisfies Partial<ServerCalls>;
}

/** With what is left out, as the description has it. */
function whole(body: Partial<ServerSchemas["BuildRequest"]>): ServerSchemas["BuildRequest"] {
  return {
    ...{ distribution: "openwrt", version: "", target: "", profile: "", packages: [], only: false, client: "api/2" },
    ...{ packages_versions: {}, version_code: null, filesystem: null, rootfs_size_mb: null, defaults: null },
    ...{ repositories: {}, repositories_mode: "append", repository_keys: [] },
    ...body,
  };
}

function refuseUnknown(
  catalog: Catalog,
  { distribution, version, target, profile, packages }: ServerSchemas["BuildRequest"],
): void {
  versionNamed(catalog, distribution, version);
  modelNamed(catalog, targetNamed(target, version), profile);
  const unknown = packages
    .map((name) => name.replace(/^[-+]/, ""))
    .filter((name) => !catalog.packages.some((one) => one.name === name));
  if (unknown.length === 0) return;
  const sentence = `${unknown.join(", ")} ${unknown.length === 1 ? "is" : "are"} in no package list of ${version}.`;
  throw refuse(422, "unknown_package", sentence, { fields: { packages: unknown } });
}

function wanted(query: URLSearchParams) {
  const is = (name: string, value: string) => !query.get(name) || query.get(name) === value;
  const words = (query.get("query") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const isByLength = /^(slowest|quickest)$/.test(query.get("sort") ?? "");
  return ({ id, state, finishedAt, startedAt, request: { distribution, version, target, profile, defaults } }: Held) =>
    defaults === null &&
    (!isByLength || (finishedAt !== null && startedAt !== null)) &&
    is("state", state) &&
    is("distribution", distribution) &&
    is("version", version) &&
    is("target", target) &&
    is("profile", profile) &&
    words.every((word) => id.startsWith(word) || `${version} ${target} ${profile}`.toLowerCase().includes(word));
}

function inOrder(sort: string) {
  const took = ({ startedAt, finishedAt }: Held) => (startedAt && finishedAt ? finishedAt - startedAt : 0);
  return (a: Held, b: Held) => {
    if (sort === "slowest") return took(b) - took(a);
    if (sort === "quickest") return took(a) - took(b);
    return sort === "oldest" ? a.enqueuedAt - b.enqueuedAt : b.enqueuedAt - a.enqueuedAt;
  };
}
