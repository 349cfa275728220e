import type { DeviceScenario } from "../stand-in/device/scenarios.ts";
import { pastBuilds } from "../stand-in/server/builds/past.ts";
import { catalogOf } from "../stand-in/server/catalog/catalog.ts";
import type { ServerScenario } from "../stand-in/server/scenarios.ts";
import type { PageEntry } from "./entry.ts";

/** Where the page has a look of its own. What only its chip and dialog show is shown with those. */
const OF_DEVICE: readonly DeviceScenario[] = [
  ...(["up-to-date", "never-checked", "available", "available-long", "both-available", "installing"] as const),
  ...(["rolled-back", "disk-full", "offline", "nothing-installed", "unauthorized", "read-only", "slow"] as const),
  "unreachable",
];
const OF_BUILDER: readonly ServerScenario[] = ["normal", "catalog-trouble", "empty", "slow", "unreachable"];
const OF_CONSOLE: readonly ServerScenario[] = [
  ...(["normal", "queue-long", "workers-gone", "worker-trouble", "catalog-trouble", "store-full", "empty"] as const),
  ...(["unauthorized", "slow", "unreachable"] as const),
];
const CHOICE = "distribution=openwrt&version=25.12.1&target=ath79/generic&profile=tplink_archer-c7-v2";

const SIGNED_IN = { "pawl-console-token": "pawl_stand-in" };

/** Whole pages, at addresses of the development server. */
export const pages: readonly PageEntry[] = [
  {
    kind: "page",
    element: "pawl-device-page",
    about: "A device's own page",
    states: {
      ...each(OF_DEVICE, (name) => `/sites/device~${name}/`),
      app: "/sites/device~available/apps/kitchen",
      "app: slow": "/sites/device~slow/apps/kitchen",
      "app: installing": "/sites/device~installing/apps/kitchen",
      "app: long history": "/sites/device~history-long/apps/kitchen",
      "app: the last of a long history": "/sites/device~history-long/apps/kitchen?only=trouble&sort=oldest",
      "app: no history": "/sites/device~history-empty/apps/kitchen",
      "app: unreachable": "/sites/device~unreachable/apps/kitchen",
      "app: log": "/sites/device~rolled-back/apps/kitchen/log",
      "app: long log": "/sites/device~log-long/apps/kitchen/log",
      "app: no log": "/sites/device~history-empty/apps/kitchen/log",
      "app: log, slow": "/sites/device~slow/apps/kitchen/log",
      "app: log, unreachable": "/sites/device~unreachable/apps/kitchen/log",
      "app: settings": "/sites/device~available/apps/kitchen/settings",
      "app: settings, read-only": "/sites/device~read-only/apps/kitchen/settings",
      "app: settings, slow": "/sites/device~slow/apps/kitchen/settings",
      "app: unknown": "/sites/device~available/apps/no-such",
    },
  },
  {
    kind: "page",
    element: "pawl-image-builder",
    about: "The server's front page: from a device's name to its image",
    states: {
      ...each(OF_BUILDER, (name) => `/sites/server~${name}/`),
      choices: `/sites/server~normal/?${CHOICE}`,
      "choices: packages": `/sites/server~normal/?${CHOICE}&packages=luci+wireguard-tools+-ppp`,
      "choices: slow": `/sites/server~slow/?${CHOICE}`,
      "choices: old": `/sites/server~catalog-trouble/?${CHOICE}`,
      "choices: unreachable": `/sites/server~unreachable/?${CHOICE}`,
      "choices: a version that isn't there": `/sites/server~normal/?${CHOICE.replace("25.12.1", "9.9.9")}`,
      "choices: a device that isn't there": `/sites/server~normal/?${CHOICE}-none`,
      ...builds((id) => `/sites/server~builds-many/?build=${id}`),
    },
  },
  {
    kind: "page",
    element: "pawl-console",
    about: "What the operator sees",
    kept: SIGNED_IN,
    states: {
      ...each(OF_CONSOLE, (name) => `/sites/server~${name}/console/`),
      builds: "/sites/server~builds-many/console/builds",
      "builds: none found": "/sites/server~builds-many/console/builds?query=no-such-device",
      "builds: failed": "/sites/server~builds-many/console/builds?cursor=none",
      ...lists("builds"),
      ...builds((id) => `/sites/server~builds-many/console/builds/${id}`),
      queue: "/sites/server~queue-long/console/queue",
      ...lists("queue"),
      workers: "/sites/server~worker-trouble/console/workers",
      "workers: gone": "/sites/server~workers-gone/console/workers",
      ...lists("workers"),
      catalog: "/sites/server~catalog-trouble/console/catalog",
      "catalog: failed": "/sites/server~catalog-trouble/console/catalog?cursor=none",
      ...lists("catalog"),
      store: "/sites/server~normal/console/store",
      tokens: "/sites/server~normal/console/tokens",
      ...lists("tokens"),
    },
  },
  {
    kind: "page",
    element: "pawl-sign-in",
    about: "The console for who hasn't signed in",
    states: {
      overview: "/sites/server~normal/console/",
      builds: "/sites/server~normal/console/builds",
      "sign-in": "/sites/server~normal/console/sign-in",
    },
  },
];

function each<Name extends string>(names: readonly Name[], address: (name: Name) => string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, address(name)]));
}

/** A page of the console whose list is on its way, has no answer, is refused, and has nothing. */
function lists(page: string): Record<string, string> {
  const at = (scenario: ServerScenario) => `/sites/server~${scenario}/console/${page}`;
  return {
    [`${page}: slow`]: at("slow"),
    [`${page}: unreachable`]: at("unreachable"),
    [`${page}: token refused`]: at("unauthorized"),
    // Whoever sees the tokens has one.
    ...(page !== "tokens" && { [`${page}: none`]: at("empty") }),
  };
}

/** One build in each state, of those in the scenario `builds-many`. */
function builds(address: (id: string) => string): Record<string, string> {
  const states = ["queued", "running", "done", "failed", "withdrawn"] as const;
  const known = pastBuilds(
    catalogOf({ isEmpty: false }, () => new Date()),
    500,
    12,
  );
  const found = states.flatMap((state) => known.find((build) => build.state === state) ?? []);
  return Object.fromEntries([
    ...found.map(({ state, id }) => [`build: ${state}`, address(id)]),
    ["build: unknown", address("0".repeat(32))],
  ]);
}
