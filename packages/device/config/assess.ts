import { type AppConfig, type Config, followsBranches } from "@pawl/protocol";
import { canProve } from "../health/can-prove.ts";
import { type InstallPlaces, placesOf } from "../installers/places.ts";
import { isLocal, parseAddress } from "../listen-address.ts";
import { adviseAuth } from "./assess-auth.ts";
import { advisePython, type DeviceFacts, findTwins } from "./assess-python.ts";
import { adviseSource } from "./assess-source.ts";
import { error, type Finding, warning } from "./problem.ts";

/** What no schema sees and nothing may run with: two owners of one path, or of one distribution. */
export function findConflicts(config: Config): Finding[] {
  const apps = Object.entries(config.apps);
  const claims = apps.flatMap(([app, { install }]) => claimsOf(app, placesOf(install)));
  return [
    ...findTwins(config),
    ...claims.flatMap((claim, index) => claims.slice(0, index).flatMap((earlier) => conflict(earlier, claim) ?? [])),
    ...claims
      .filter(({ kind, place }) => kind === "home" && isWithin(folder(config.state_dir), place))
      .map(({ path }) => error(path, "home holds state_dir", "give the app a folder of its own, such as /opt/<app>")),
  ];
}

/** What is allowed but unwise, and who may reach the device. */
export function assessConfig(config: Config, hasTokens: boolean, device: DeviceFacts): Finding[] {
  const findings = Object.entries(config.apps).flatMap(([app, appConfig]) => [
    ...adviseApp(["apps", app], appConfig),
    ...adviseSource(["apps", app, "source"], appConfig.source),
    ...advisePython(["apps", app], appConfig, device),
  ]);
  const reach = hasTokens || config.auth.jwt ? null : reachOf(config.listen);
  if (reach) {
    findings.push(error(["listen"], `Pawl listens on ${reach} without a token`, "create one, or listen on 127.0.0.1"));
  }
  return [...findings, ...adviseAuth(config.auth)];
}

interface Claim {
  app: string;
  kind: "home" | "map";
  place: string;
  path: string[];
}

function claimsOf(app: string, { kind, home, map }: InstallPlaces): Claim[] {
  const path = ["apps", app, "install", kind];
  return [
    ...(home === undefined ? [] : [{ app, kind: "home" as const, place: folder(home), path: [...path, "home"] }]),
    ...Object.entries(map).map(([from, to]): Claim => {
      return { app, kind: "map", place: folder(to), path: [...path, "map", from] };
    }),
  ];
}

/** Null when both may stay. One path inside the other is as bad as the same: a switch replaces it as a whole. */
function conflict(earlier: Claim, claim: Claim): Finding | null {
  const { place, path, kind } = claim;
  if (!isWithin(place, earlier.place) && !isWithin(earlier.place, place)) return null;
  if (place === earlier.place && kind === earlier.kind) {
    const whose = claim.app === earlier.app ? "this app" : `the app ${earlier.app}`;
    return error(path, `${bare(place)} is already ${kind === "home" ? "the home" : "a mapped path"} of ${whose}`);
  }
  const other = `${earlier.kind === "home" ? "the home" : "a mapped path"} of ${earlier.app} (${bare(earlier.place)})`;
  const relation = isWithin(place, earlier.place) ? "is inside" : "holds";
  return error(path, `${bare(place)} ${relation} ${other}`, "keep the two apart");
}

function adviseApp(path: string[], app: AppConfig): Finding[] {
  const findings: Finding[] = [];
  // A commit can't be signed by such a key.
  const isSignable = !("directory" in app.source) && !followsBranches(app.source);
  if (isSignable && app.public_keys.length === 0) {
    findings.push(
      warning(
        [...path, "source"],
        "without public_keys, whoever controls that host can install anything",
        "add the publisher's key (pawl key generate makes one)",
      ),
    );
  }
  if (!canProve(app)) {
    findings.push(
      warning(
        path,
        "nothing can tell whether a release works, so a bad one stays",
        "add health, or a service with a status",
      ),
    );
  }
  const window = app.auto.window ?? app.window;
  if (window !== undefined && !app.auto.install) {
    findings.push(
      warning([...path, "window"], "window has no effect while auto.install is off", "set auto: { install: true }"),
    );
  }
  return findings;
}

/** Who else can reach it, in words; null when only this device can. */
function reachOf(listen: string): string | null {
  const address = parseAddress(listen);
  if (isLocal(address) || address.kind === "unix") return null;
  return /^[0:.]+$/.test(address.host) ? "every interface" : address.host;
}

/** With one slash at its end, so that beginnings compare by whole names. */
function folder(path: string): string {
  return `${path}/`.replace(/\/+/g, "/");
}

function bare(place: string): string {
  return place.replace(/(.)\/$/, "$1");
}

function isWithin(place: string, other: string): boolean {
  return place.startsWith(other);
}
