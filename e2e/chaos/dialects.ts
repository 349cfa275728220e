import { MARKED } from "./marked-imagebuilder.ts";
import { jsonOf, type Reply } from "./reply.ts";
import type { Wish } from "./wish.ts";

/** A file that a client is told of. */
export interface Announced {
  /** Below the server. */
  path: string;
  /** Null where the dialect doesn't tell. */
  sha256: string | null;
}

/** What an answer says of a build. */
export type Told =
  | { kind: "waits"; hash: string }
  | { kind: "image"; hash: string; files: readonly Announced[]; manifest: Readonly<Record<string, string>> | null }
  | { kind: "failed"; hash: string | null; why: string }
  /** Come again: nothing was taken. */
  | { kind: "refused" }
  | { kind: "unknown" }
  | { kind: "wrong"; why: string };

/** How clients of one generation ask for images. */
export interface Dialect {
  name: string;
  /** Dialects of one kind ask for the very same build with the same words. */
  kind: string;
  /** Where it asks, and asks again with the hash behind it. */
  path: string;
  body(wish: Wish): Readonly<Record<string, unknown>>;
  /** @param status neither a refusal nor 404 */
  read(reply: Reply): Told;
}

const PLACE = { version: MARKED.version, target: MARKED.target, profile: MARKED.profile };

/** The current one. */
export const V1: Dialect = {
  name: "v1",
  kind: "",
  path: "/api/v1/build",
  body: ({ packages, defaults }) => ({ ...PLACE, packages, defaults, client: "chaos/1" }),
  read(reply) {
    const json = jsonOf(reply);
    const hash = String(json.request_hash ?? "");
    if (reply.status === 202 && hash !== "") return { kind: "waits", hash };
    if (reply.status === 500) return { kind: "failed", hash: hash || null, why: String(json.detail) };
    if (reply.status !== 200 || hash === "") return unexpected(reply);
    const images = listOf(json.images);
    const files = images.map(({ name, sha256 }) => ({ path: `/store/${hash}/${name}`, sha256: String(sha256) }));
    return { kind: "image", hash, files, manifest: json.manifest as Record<string, string> };
  },
};

/** Ours. */
export const V2: Dialect = {
  name: "v2",
  kind: "",
  path: "/api/v2/builds",
  body: ({ packages, defaults }) => ({ ...PLACE, packages, defaults, client: "chaos/2" }),
  read(reply) {
    const json = jsonOf(reply);
    const build = (json.build ?? json) as Record<string, unknown>;
    const hash = String(build.id ?? "");
    if ((reply.status !== 200 && reply.status !== 202) || hash === "") return unexpected(reply);
    switch (build.state) {
      case "queued":
      case "running":
        return { kind: "waits", hash };
      case "done": {
        const result = build.result as { artifacts: unknown; manifest: Record<string, string> };
        const files = listOf(result.artifacts).map(({ url, sha256 }) => ({
          path: String(url),
          sha256: String(sha256),
        }));
        return { kind: "image", hash, files, manifest: result.manifest };
      }
      case "failed": {
        const { code, message } = build.failure as { code: string; message: string };
        return { kind: "failed", hash, why: `${code}: ${message}` };
      }
      default:
        return { kind: "wrong", why: `nobody has withdrawn ${hash}, and it is ${String(build.state)}` };
    }
  },
};

/** The first one. */
export const V0: Dialect = {
  name: "v0",
  // It sends its packages as all there should be.
  kind: "v0",
  path: "/api/build-request",
  body: ({ packages, defaults }) => ({
    distro: "openwrt",
    version: PLACE.version,
    target: PLACE.target,
    board: PLACE.profile,
    packages: [...ESSENTIAL, ...packages],
    defaults,
  }),
  read(reply) {
    const json = jsonOf(reply);
    const hash = String(json.request_hash ?? "");
    if (reply.status === 202 && hash !== "") return { kind: "waits", hash };
    if (reply.status !== 200 || hash === "") return unexpected(reply);
    const file = json.sysupgrade;
    if (typeof file !== "string") return { kind: "wrong", why: `v0 names no image: ${reply.body}` };
    return { kind: "image", hash, files: [{ path: `${String(json.files)}/${file}`, sha256: null }], manifest: null };
  },
};

const ESSENTIAL = ["base-files", "libc", "kernel", "procd", "apk-mbedtls"];

export const DIALECTS: readonly Dialect[] = [V1, V2, V0];

/** Come again. 502 is said by the proxy in front, when there is no server. */
export const REFUSALS: ReadonlySet<number> = new Set([429, 502, 503, 529]);

/** What every dialect says with the same numbers, and then what it says itself. */
export function told(dialect: Dialect, reply: Reply): Told {
  const { status } = reply;
  if (REFUSALS.has(status)) return { kind: "refused" };
  if (status === 404) return { kind: "unknown" };
  return dialect.read(reply);
}

function unexpected({ status, body }: Reply): Told {
  return { kind: "wrong", why: `it was answered ${status}: ${body.toString().slice(0, 300)}` };
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}
