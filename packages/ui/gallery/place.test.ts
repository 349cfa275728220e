import { expect, test } from "vitest";
import { addressOf, placeOf } from "./place.ts";

const NOWHERE = { element: null, state: null, scheme: null, width: 390 };

test.each([
  ["", NOWHERE],
  [
    "?element=pawl-update-chip&state=done&scheme=dark",
    { element: "pawl-update-chip", state: "done", scheme: "dark", width: 390 },
  ],
  ["?scheme=purple&width=7", NOWHERE],
  ["?width=1280", { ...NOWHERE, width: 1280 }],
])("the address %j says what is shown", (search, place) => {
  expect(placeOf(search)).toEqual(place);
});

test("what isn't named in another address stays as it is", () => {
  const place = placeOf("?element=pawl-update-chip&width=800");
  expect(placeOf(addressOf(place, { state: "app: log", scheme: "dark" }))).toEqual({
    ...place,
    state: "app: log",
    scheme: "dark",
  });
});
