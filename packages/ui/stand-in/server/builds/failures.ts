import type { ServerSchemas } from "../../../data/server.ts";

type Failure = ServerSchemas["BuildFailure"];

/** Why there is no image, in a real server's words. `asked`: what the request names. */
export const BUILD_FAILURES = {
  missing: (asked: readonly string[]): Failure => {
    const wanting = asked.find((name) => !name.startsWith("-")) ?? "luci-app-weather";
    const detail = `libwetter3 isn't in any package list of this version; ${wanting} depends on it.`;
    return {
      code: "missing_package",
      message: `${wanting} can't be installed: it depends on libwetter3, which nobody has.`,
      culprits: [{ kind: "package", name: "libwetter3", with: [wanting], detail }],
    };
  },
  conflict: ([first, second]: readonly [string, string]): Failure => ({
    code: "conflicting_packages",
    message: `${first} and ${second} can't be installed together.`,
    culprits: [{ kind: "conflict", name: first, with: [second], detail: `${first} conflicts with ${second}.` }],
  }),
  tooBig: (bytes: number, limit: number): Failure => {
    const mb = (of: number) => (of / 1_048_576).toFixed(1);
    const detail = `${mb(bytes)} MiB, and the device takes ${mb(limit)} MiB.`;
    return {
      code: "too_big",
      message: `The image is ${mb(bytes - limit)} MiB too big for the device: ${detail}`,
      culprits: [{ kind: "size", name: "sysupgrade", with: [], detail }],
    };
  },
  mirror: (): Failure => ({
    code: "mirror_failed",
    message: "The ImageBuilder couldn't be fetched: the download server answered 503.",
    culprits: [{ kind: "mirror", name: "downloads.openwrt.example", with: [], detail: "503 Service Unavailable" }],
  }),
  memory: (): Failure => ({
    code: "limit_exceeded",
    message: "The build needed more memory than a build may have (2,048 MB).",
    culprits: [{ kind: "machine", name: "memory", with: [], detail: "2,048 MB" }],
  }),
} as const;
