import { html, nothing, type TemplateResult } from "lit";
import { until } from "lit/directives/until.js";
import type { BuildBarState } from "../builder/pawl-build-bar.ts";
import "../builder/pawl-build-bar.ts";
import "../builder/pawl-build-run.ts";
import "../builder/pawl-device-search.ts";
import "../builder/pawl-image-options.ts";
import "../builder/pawl-package-choice.ts";
import { type ServerAt, serverAt } from "../builder/server-at.ts";
import { buildRequest, type ImageOptions, type OptionTrouble } from "../data/image-options.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import "../elements/pawl-delay.ts";
import type { ServerScenario } from "../stand-in/server/scenarios.ts";
import { serverStandIn } from "../stand-in/server/server.ts";
import type { GalleryEntry } from "./entry.ts";
import { typed } from "./typed.ts";

const DEVICE = {
  distribution: "openwrt",
  version: "25.12.1",
  target: "ath79/generic",
  profile: "tplink_archer-c7-v2",
} as const;
const path = { distribution: "openwrt", version: "25.12.1", target: "ath79", subtarget: "generic" };

const on = (scenario: ServerScenario, speed = 1): ServerAt =>
  serverAt({ url: location.origin, token: "pawl_stand-in", fetch: serverStandIn(scenario, { speed }) });

const failing =
  (code: string, message: string, status: number | null, fields = {}) =>
  () =>
    html`<pawl-delay
    .delay=${{ failure: new ApiFailure(code, message, { status: status ?? undefined, fields }), againAt: Date.now() + 42_000 }}
  ></pawl-delay>`;

export const delay: GalleryEntry = {
  kind: "element",
  element: "pawl-delay",
  about: "Why something isn't there yet, and when it is tried again",
  states: {
    unreachable: failing("unreachable", "", null),
    "no answer": failing("timeout", "", null),
    "a Wi-Fi's page": failing("not_the_server", "", 200),
    "too many requests": failing("too_many_requests", "", 429),
    "queue full": failing("queue_full", "", 503, { length: 200 }),
    "no worker": failing("builds_unavailable", "The worker lacks make.", 503),
    "another failure": failing("database_unavailable", "The database doesn't answer.", 503),
  },
};

export const deviceSearch: GalleryEntry = {
  kind: "element",
  element: "pawl-device-search",
  about: "The large field that an image begins with",
  states: {
    ...Object.fromEntries(
      (["normal", "empty", "slow", "unreachable"] as const).map((scenario) => [scenario, () => searching(scenario)]),
    ),
    found: () => searching("normal", "archer c7"),
    "none found": () => searching("normal", "a router that nobody makes"),
    "no answer": () => searching("unreachable", "archer"),
  },
};

const searching = (scenario: ServerScenario, text?: string) =>
  html`<pawl-device-search
    .at=${on(scenario)}
    distribution="openwrt"
    version="25.12.1"
    ${text === undefined ? nothing : typed(text)}
  ></pawl-device-search>`;

export const packageChoice: GalleryEntry = {
  kind: "element",
  element: "pawl-package-choice",
  about: "Packages, with what they come to",
  states: {
    none: () => choosing([]),
    some: () => choosing(["luci", "tcpdump", "-ppp"]),
    "one that isn't there": () => choosing(["luci", "no-such-package"]),
    many: () => choosing(Array.from({ length: 60 }, (_, i) => `a-package-with-quite-a-long-name-${i}`)),
    "being counted": () => choosing(["luci"], () => undefined),
    "too big": () => choosing(["luci"], (set) => set && { ...set, image: { ...set.image, expected_size: 17_800_000 } }),
    "room unknown": () =>
      choosing(["luci"], (set) => set && { ...set, image: { limit: null, upstream_size: null, expected_size: null } }),
    conflict: () => choosing(["luci", "wpad-mbedtls"]),
    "left out, and needed": () => choosing(["luci", "-uhttpd"]),
    "needs what isn't there": () =>
      choosing(["luci"], (set) => set && { ...set, missing: [{ name: "libwetter3", needed_by: "luci" }] }),
  },
};

type Set = ServerSchemas["PackageSet"];

function choosing(packages: readonly string[], change: (set: Set | undefined) => Set | undefined = (set) => set) {
  const at = on("normal");
  const body = { profile: DEVICE.profile, packages: [...packages], only: false };
  const asked = answerOf(
    at.client.POST(
      "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}/package-sets",
      { params: { path }, body },
    ),
  );
  const shown = (set: Set) => html`<pawl-package-choice
    .at=${at}
    .place=${DEVICE}
    .packages=${packages}
    .defaults=${set.items.filter(({ why }) => why === "default").map(({ name }) => name)}
    .set=${change(set)}
  ></pawl-package-choice>`;
  return html`${until(asked.then(shown))}`;
}

const options =
  (change: Partial<ImageOptions>, trouble: OptionTrouble | null = null, allowScript = true) =>
  () =>
    html`<pawl-image-options
    .options=${{ filesystem: null, rootfsSizeMb: null, script: "", ...change }}
    .filesystems=${["squashfs", "ext4"]}
    .limits=${{ rootfsSizeMb: 1024, scriptLength: 100, allowScript }}
    .trouble=${trouble}
  ></pawl-image-options>`;

export const imageOptions: GalleryEntry = {
  kind: "element",
  element: "pawl-image-options",
  about: "What few people change",
  states: {
    "as it is": options({}),
    chosen: options({ filesystem: "ext4", rootfsSizeMb: 256, script: "uci commit\n" }),
    "too large": options({ rootfsSizeMb: 4096 }, "rootfs"),
    "script too long": options({ script: "x".repeat(120) }, "script"),
    "no scripts": options({ rootfsSizeMb: 0 }, "rootfs", false),
  },
};

const bar = (change: Partial<BuildBarState>) => () =>
  html`<pawl-build-bar
    summary="OpenWrt 25.12.1, 2 packages of yours, about 8.2 MB"
    .can=${change.can ?? true}
    .asking=${change.asking ?? { state: "idle" }}
  ></pawl-build-bar>`;

const full = new ApiFailure("queue_full", "", { status: 503, fields: { length: 200 } });

export const buildBar: GalleryEntry = {
  kind: "element",
  element: "pawl-build-bar",
  about: "The one thing to press",
  states: {
    ready: bar({}),
    reading: bar({ can: { kind: "loading" } }),
    "a package that isn't there": bar({ can: { kind: "unknown-package", name: "no-such-package" } }),
    asking: bar({ asking: { state: "asking", delay: null } }),
    "queue full": bar({ asking: { state: "asking", delay: { failure: full, againAt: Date.now() + 60_000 } } }),
    refused: bar({ asking: { state: "refused", sentence: "The server doesn't take this request: It is too long." } }),
  },
};

export const buildRun: GalleryEntry = {
  kind: "element",
  element: "pawl-build-run",
  about: "A build from the line it waits in to its images",
  states: {
    waiting: () => running("queue-long"),
    "no worker": () => running("workers-gone"),
    building: () => running("no-queue"),
    done: () => running("no-queue", 1_000),
    "a package fails": () => running("build-fails", 1_000),
    "packages that can't be together": () => running("conflict", 1_000),
    "too big": () => running("too-big", 1_000),
    "mirror away": () => running("mirror-fails", 1_000),
    "not there": () => ofBuild(on("normal"), "0000"),
  },
};

/** Asked for at this moment. */
function running(scenario: ServerScenario, speed = 1): TemplateResult {
  const at = on(scenario, speed);
  const choices = { ...DEVICE, packages: ["luci", "tcpdump"], filesystem: null, rootfsSizeMb: null, build: null };
  const body = buildRequest(choices, "", "gallery");
  const asked = answerOf(at.client.POST("/api/v2/builds", { body }));
  return html`${until(asked.then(({ build }) => ofBuild(at, build.id)))}`;
}

const ofBuild = (at: ServerAt, id: string) =>
  html`<pawl-build-run
    .at=${at}
    build=${id}
    system="OpenWrt"
    changeHref="#"
    startHref="#"
    .hrefOf=${() => "#"}
  ></pawl-build-run>`;
