import { expect, test } from "vitest";
import { anOffer } from "./offer-fixture.ts";
import { releaseSource } from "./release-source.ts";

const signal = new AbortController().signal;

test.each<[string[], string[]]>([
  [[], ["stable", "prerelease"]],
  [["prerelease"], ["stable", "prerelease"]],
  [
    ["lab", "stable", "lab"],
    ["stable", "prerelease", "lab"],
  ],
])("releases in %j make the channels %j", async (names, channels) => {
  const offers = names.map((channel, n) => anOffer(`1.${n}.0`, { channel }));
  const source = releaseSource({
    address: "https://updates.example.org/",
    offers: async () => offers,
    manifest: () => Promise.reject(new Error("nobody asks for one")),
    downloadHeaders: async () => ({}),
  });
  expect(await source.look({ channel: "stable", installed: null }, signal)).toEqual({ offers, channels });
});
