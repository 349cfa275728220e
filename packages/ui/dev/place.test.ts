import { expect, test } from "vitest";
import { onScenario, placeOf } from "./place.ts";

test.each([
  ["/sites/device/", { site: "device", root: "/sites/device/", path: "/" }, "available"],
  [
    "/sites/device~installing/apps/kitchen",
    { site: "device", root: "/sites/device~installing/", path: "/apps/kitchen" },
    "installing",
  ],
  ["/sites/device~no-such/api/apps", { site: "device", path: "/api/apps" }, "available"],
  ["/embed~rolled-back/two.html", { site: "embed", root: "/embed~rolled-back/", path: "/two.html" }, "rolled-back"],
  ["/gallery/", { site: null, root: "/", path: "/gallery/" }, "available"],
])("%s names its page and its scenario", (pathname, place, device) => {
  expect(placeOf(pathname, undefined)).toMatchObject({ ...place, scenario: { device } });
});

test("a scenario of the one API says nothing of the other", () => {
  expect(placeOf("/sites/server~queue-long/", undefined).scenario).toEqual({
    device: "available",
    server: "queue-long",
  });
});

test("a call that names no scenario is of the page that made it", () => {
  const referer = "http://localhost:7300/embed~done/index.html";
  expect(placeOf("/api/update/status", referer)).toMatchObject({ site: null, scenario: { device: "done" } });
});

test("another scenario is the same page elsewhere", () => {
  const place = placeOf("/sites/device~installing/apps/kitchen", undefined);
  expect(onScenario(place, "done")).toBe("/sites/device~done/apps/kitchen");
  expect(onScenario(placeOf("/embed/two.html", undefined), "done")).toBe("/embed~done/two.html");
});
