import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { takeImage as takeByChef } from "./chef-image.ts";
import { type Client, EVERY_CLIENT, type FirstClient, inWordsOf2019 } from "./every-client.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";

/** What owners read of requests that can't be built, or not now. Nothing is built here: two builds fill the line. */
let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer({ builds: { max_pending: 1, allow_defaults: true } });
  for (const packages of [["vim"], ["nano"]]) {
    const body = JSON.stringify({ ...ARCHER, packages });
    expect((await fetch(`${server.url}/api/v1/build`, { method: "POST", body })).status).toBe(202);
  }
});
afterAll(() => server?.[Symbol.asyncDispose]());

const ARCHER = {
  version: "24.10.5",
  target: "ath79/generic",
  profile: "tplink,archer-c7-v2",
  packages: ["luci"],
  diff_packages: true,
};

type Words = Readonly<Record<Client, string | RegExp>>;
const shows = (client: string, request: object) =>
  expect(EVERY_CLIENT[client as Client](server.url, { ...ARCHER, ...request }, { pause: 1, polls: 3 })).rejects;

/** What the first generation says of a release, target or device that nobody knows: each its own sentence, always. */
const NOT_FOUND = {
  "auc of 2018": /^openwrt target ath79\/generic \(.+\) not found\. Please report this$/,
  "auc of 2019": /^openwrt target ath79\/generic \(.+\) not found\. Please report this$/,
  "LuCI of 2018": "Unsupported device, release, target, subtraget or board",
  Chef: "tr-unsupported",
  "the other Chef": "tr-unsupported",
};

/** The same sentence for all who read one; auc reads no body of a 400. */
const sentence = (text: string): Words => ({
  ...NOT_FOUND,
  auc: "Bad message (74)",
  owut: new RegExp(`^Status: ${text}[^]*\nBuild failed with status 400$`),
  "LuCI of summer 2020": `Server response: ${text}`,
  "LuCI of autumn 2020": `Server response: ${text}`,
  "LuCI of spring 2021": `Server response: ${text}`,
  "LuCI of autumn 2021": `Server response: ${text}`,
  "LuCI of today": `Server response: ${text}`,
  "the firmware selector": text,
});

describe.each([
  ["a device that the release doesn't have", { profile: "toaster" }, "Unsupported profile: toaster."],
  ["a release that nobody has announced", { version: "24.10.99" }, "Unsupported version: 24.10.99"],
])("of %s", (_, request, text) => {
  test.each(Object.entries(sentence(text)))("%s shows: %s", (client, words) => shows(client, request).toThrow(words));
});

/** Names of packages are looked at before anything else; what FastAPI made of them is a list, which pages can't show. */
const OF_A_STRANGE_NAME: Words = {
  "auc of 2018": "ends without a word at status 400",
  "auc of 2019": "ends without a word at status 400",
  "LuCI of 2018": 'packages contains a name that no package can have: "lu ci"',
  Chef: 'packages contains a name that no package can have: "lu ci"',
  "the other Chef": 'packages contains a name that no package can have: "lu ci"',
  auc: "unknown package 'lu ci' requested.",
  owut: "Build failed with status undefined",
  "LuCI of summer 2020": "Server response: packages.0: String should match pattern",
  "LuCI of autumn 2020": "Server response: packages.0: String should match pattern",
  "LuCI of spring 2021": "Server response: packages.0: String should match pattern",
  "LuCI of autumn 2021": "Server response: [object Object]",
  "LuCI of today": "Server response: [object Object]",
  "the firmware selector": "TypeError",
};

describe("of a package that can't be one", () => {
  test.each(Object.entries(OF_A_STRANGE_NAME))("%s shows: %s", (client, words) =>
    shows(client, { packages: ["lu ci"] }).toThrow(words),
  );
});

const OF_A_FULL_LINE: Words = {
  "auc of 2018": "HTTP error 503\nno sysupgrade image returned",
  "auc of 2019": "HTTP error 503\nno sysupgrade image returned",
  "LuCI of 2018": "it would go on asking for ever",
  Chef: "it would go on asking for ever",
  "the other Chef": "it would go on asking for ever",
  auc: "Bad message (74)",
  owut: /^Status: server overload, queue contains too many build requests: 2\nBuild failed with status 529$/,
  // These know no 529 and are told that they are queued, so that they ask again.
  "LuCI of summer 2020": "it would go on asking for ever",
  "LuCI of autumn 2020": "all of it is posted again, for want of a hash",
  "LuCI of spring 2021": "all of it is posted again, for want of a hash",
  "LuCI of autumn 2021": "it shows a spinner for ever: 529",
  "LuCI of today": "it would go on asking for ever",
  "the firmware selector": "server overload, queue contains too many build requests: 2",
};

describe("while too many wait", () => {
  test.each(Object.entries(OF_A_FULL_LINE))("%s shows: %s", (client, words) => shows(client, {}).toThrow(words));
});

/** Who asks for it by `/api/v1/build` is told when it is built. */
const OF_AN_UNKNOWN_NAME: Readonly<Record<FirstClient, string>> = {
  "auc of 2018": "unknown package 'cat-feeder, nonsense' requested.",
  "auc of 2019": "unknown package 'cat-feeder, nonsense' requested.",
  "LuCI of 2018": "Unknown package in request: cat-feeder, nonsense",
  Chef: "tr-unknown-package: cat-feeder, nonsense",
  "the other Chef": "tr-unknown-package: cat-feeder, nonsense",
};

describe("of packages that nobody knows", () => {
  test.each(Object.entries(OF_AN_UNKNOWN_NAME))("%s shows at once: %s", (client, words) =>
    shows(client, { packages: ["nonsense", "luci", "cat-feeder"] }).toThrow(words),
  );
});

test("Chef shows nothing of a script for the first boot that is too long", async () => {
  const request = { ...inWordsOf2019(ARCHER), defaults: "#".repeat(10_241) };
  await expect(takeByChef(server.url, request)).rejects.toThrow("shows nothing at status 420");
});
