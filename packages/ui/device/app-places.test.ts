import { expect, test } from "vitest";
import { appPlaceOf } from "./app-places.ts";

test.each([
  ["apps/kitchen", { app: "kitchen", page: "history" }],
  ["apps/kitchen/log", { app: "kitchen", page: "log" }],
  ["apps/kitchen/settings", { app: "kitchen", page: "settings" }],
  ["apps/a%20b/log", { app: "a b", page: "log" }],
  ["apps/100%", { app: "100%", page: "history" }],
  ["apps/", null],
  ["apps/kitchen/else", null],
  ["apps/kitchen/log/more", null],
  ["else", null],
])("at %s is %o", (path, place) => expect(appPlaceOf(path)).toEqual(place));
