import { expect, test } from "vitest";
import { assetsOf, releasesIn } from "./release.ts";

test.each([[{ message: "no" }], ["text"], [null]])("%j is no list", (json) => {
  expect(releasesIn(json)).toBeNull();
});

test("what can't be read is passed over", () => {
  expect(releasesIn([{ tag_name: 5 }, null, { tag_name: "1.0.0" }])).toEqual([{ tag_name: "1.0.0" }]);
});

test("an upload that was broken off is no asset", () => {
  const asset = { name: "a.tar.gz", browser_download_url: "https://x.example/a" };
  const release = {
    tag_name: "1",
    assets: [{ ...asset, state: "starter" }, { ...asset, state: "uploaded" }, asset, { name: "b" }],
  };
  expect(assetsOf(release)).toEqual([{ ...asset, state: "uploaded" }, asset]);
});
