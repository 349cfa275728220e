import { build } from "./console-build.ts";
import { catalog } from "./console-catalog.ts";
import { store } from "./console-store.ts";

const builds = (count: string, one: boolean) => (one ? "1 build" : `${count} builds`);

export const console = {
  title: "Console",
  pageTitle: (page: string) => `${page} · Console`,
  skip: "Skip to the content",
  nav: {
    label: "Console",
    overview: "Overview",
    builds: "Builds",
    queue: "Queue",
    workers: "Workers",
    catalog: "Catalog",
    store: "Store",
    tokens: "Tokens",
    builder: "Image builder",
  },
  notFound: "There is no such page here.",
  toOverview: "Go to the overview",
  again: "Try again",
  fromStart: "Show all from the start",

  signIn: {
    heading: "Sign in",
    open: "Sign in",
    out: "Sign out",
    why: {
      "signed-out": "This part is for whoever runs the server.",
      "unknown-token": "The server doesn't know this token any more. It may have been revoked, or has expired.",
      scope: "Your token isn't good for this part.",
    },
    needs: (scope: string) => `It needs a token with the scope ${scope}${scope === "admin" ? "" : ", or admin"}.`,
    how: "On the server, this makes one:",
    // A name can be given once only.
    command: (scope: string) =>
      `pawl token create ${scope === "admin" ? "console" : `console-${scope.replace(":", "-")}`} --scope ${scope}`,
    token: "Token",
    keep: "Stay signed in on this device",
    keepHint: "Otherwise until this tab is closed.",
    submit: "Sign in",
    checking: "Asking the server…",
    empty: "Enter a token.",
    unknown: "The server doesn't know this token.",
    public: "Go on without signing in",
  },

  health: {
    heading: {
      well: "All is well",
      attention: "Something needs attention",
      trouble: "Something is wrong",
      unknown: "Asking the server…",
    },
    partlyWell: "What can be seen is well",
    old: (time: string) => `How it was at ${time}`,
    tone: { well: "well", attention: "attention", trouble: "trouble", unknown: "not known" },
    part: { mirror: "Mirror", queue: "Queue", workers: "Workers", store: "Store", database: "Database" },
    loading: "Asking…",
    notTold: "Sign in with the scope workers:read to see them.",
    read: (total: string, ago: string | null) =>
      ago === null ? `${total} files are known.` : `${total} files are known; the oldest was confirmed ${ago}.`,
    nothingRead: "Nothing was read from upstream yet.",
    catalogTrouble: (count: string, total: string, branches: string) =>
      `${count} of ${total} files can't be read anew, of ${branches}. What was read before is served.`,
    nothingWaits: "Nothing waits.",
    waits: (count: string, one: boolean, ago: string | null) =>
      `${one ? "1 build waits" : `${count} builds wait`}${ago === null ? "" : `, the oldest asked for ${ago}`}.`,
    running: (count: string, one: boolean) => (one ? "1 is being built." : `${count} are being built.`),
    stuck: (count: string, one: boolean, target: string) =>
      `${one ? "1 build waits" : `${count} builds wait`} for ${target}:`,
    work: (there: string, one: boolean, running: string, places: string) =>
      `${one ? "1 is there" : `${there} are there`}, with ${running} of ${places} places taken.`,
    noWorkers: (known: string | null) =>
      known === null
        ? "No worker has ever been here. Nothing can be built."
        : `None of the ${known} known ones is there. Nothing can be built.`,
    workerTrouble: (name: string, message: string) => `${name} builds nothing: ${message}`,
    ofKnown: (there: string, known: string) => `${there} of ${known} are there.`,
    workersAway: (names: string, one: boolean) => `${names} ${one ? "isn't" : "aren't"} there.`,
    stored: (count: string, one: boolean, room: string) =>
      `${one ? "1 image is" : `${count} images are`} kept, which take ${room}.`,
    budgetFull: "What was wanted longest ago goes when room is needed.",
    show: { mirror: "Catalog", queue: "Queue", workers: "Workers", store: "Store", database: "" },
  },

  overview: {
    heading: "Overview",
    last30: "Last 30 days",
    today: (count: string, one: boolean) => `${builds(count, one)} in the last 24 hours`,
    days: "Requests a day",
    hits: "Answered at once",
    built: "Had to be built",
    failed: "Failed",
    hitShare: (percent: string) => `${percent} of all requests were answered from what was there.`,
    packages: "Packages asked for most",
    targets: "Targets built for most, ever",
    versions: "Versions, last 4 weeks",
    failures: "Why builds fail",
    durations: "How long builds take",
    clients: "Programs that ask",
    day: "Day",
    package: "Package",
    target: "Target",
    version: "Version",
    cause: "Cause",
    program: "Program",
    took: "Took at most",
    count: "Builds",
    requests: "Requests",
    average: "On average",
    percentiles: (half: string, most: string, nearly: string) =>
      `Half take at most ${half}, nine of ten ${most}, all but one of a hundred ${nearly}.`,
    noFailures: "No build has failed.",
    noneAsked: "Nobody has asked yet.",
  },

  code: {
    missing_package: "a package isn't there",
    conflicting_packages: "packages exclude each other",
    wrong_package_version: "a package has another version",
    broken_package: "a package is broken",
    wrong_version: "the version has another revision",
    unknown_profile: "the device isn't known",
    unsupported_filesystem: "the device has no such file system",
    too_big: "too big for the device",
    incomplete_image: "something essential was left out",
    refused_repository: "a feed isn't allowed",
    limit_exceeded: "took too much time, memory or disk",
    imagebuilder_refused: "the ImageBuilder can't be trusted",
    imagebuilder_missing: "upstream has no ImageBuilder",
    build_failed: "the ImageBuilder failed",
    kills_worker: "it ended its workers",
    mirror_failed: "the mirror can't be reached",
    worker_failed: "a worker failed",
  } as Readonly<Record<string, string>>,

  builds: {
    heading: "Builds",
    search: "Search",
    state: "State",
    version: "Version",
    target: "Target",
    profile: "Device",
    distribution: "Distribution",
    packages: "Packages",
    asked: "Asked",
    took: "Took",
    reason: "Reason",
    none: "Nobody has asked for an image yet.",
    noneHint: "The image builder is this server's front page.",
    noneFound: "No build is like that.",
    script: "Builds with a first-boot script are in no list: what is in it is nobody else's.",
  },

  build,

  catalog,

  store,

  workers: {
    heading: "Workers",
    name: "Name",
    state: "State",
    states: { works: "works", idle: "waits for work", trouble: "in trouble", draining: "stops", away: "not there" },
    builds: "Builds now",
    places: "Places",
    placesOf: (running: string, places: string) => `${running} of ${places}`,
    targets: "Targets",
    allTargets: "all",
    seen: "Last heard from",
    started: "Started",
    none: "No worker has ever been here.",
    noneHint: "On a machine that is to build: pawl worker",
    nothing: "nothing",
  },

  queue: {
    heading: "Queue",
    waiting: (count: string, one: boolean) => (one ? "1 build waits" : `${count} builds wait`),
    running: (count: string, one: boolean) => (one ? "1 is being built" : `${count} are being built`),
    target: "Target",
    waits: "Waiting",
    retrying: "To be tried again",
    runs: "Being built",
    oldest: "Oldest",
    workers: "Workers",
    why: "Why they wait",
    none: "Nothing waits.",
    search: "Search",
  },

  tokens: {
    heading: "Tokens",
    name: "Name",
    scopes: "Good for",
    scope: {
      "catalog:refresh": "have upstream asked (catalog:refresh)",
      "builds:manage": "see and manage builds (builds:manage)",
      "workers:read": "see workers and queue (workers:read)",
      "stats:read": "see who asks and why builds fail (stats:read)",
      admin: "everything, tokens too (admin)",
    },
    created: "Made",
    used: "Last used",
    neverUsed: "never",
    expires: "Expires",
    expired: (ago: string) => `ended ${ago}`,
    expiresNever: "never",
    expiresIn: { "": "never", "7": "in 7 days", "30": "in 30 days", "90": "in 90 days", "365": "in a year" },
    none: "There is no token but yours.",
    make: "Make a token",
    making: "Making it…",
    makeHint: "Its name says later what it is for.",
    nameWrong: "Letters, digits, spaces, and . _ @ -, a letter or digit first; 64 at most.",
    scopeWrong: "Choose what it is good for.",
    made: (name: string) => `${name} is made`,
    madeHint: "It is shown only now. Copy it to where it is needed.",
    copy: "Copy the token",
    done: "I have it",
    revoke: "Revoke",
    revokeNamed: (name: string) => `Revoke ${name}`,
    revokeHint: (name: string, used: string | null) =>
      used === null
        ? `${name} was never used. Nobody can use it any more.`
        : `${name} was last used ${used}. Whoever uses it is refused from now on.`,
    revokeNow: "Revoke it",
    keep: "Keep it",
    revoking: "Revoking…",
  },
};
export type ConsoleWords = typeof console;
