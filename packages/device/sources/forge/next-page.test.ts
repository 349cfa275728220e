import { expect, test } from "vitest";
import { nextPage } from "./next-page.ts";

const AT = "https://api.example/repos/me/app/releases?per_page=100";

test.each([
  [`<${AT}&page=2>; rel="next", <${AT}&page=5>; rel="last"`, `${AT}&page=2`],
  [`<${AT}&page=1>; rel="prev", <${AT}&page=3>; rel="next"`, `${AT}&page=3`],
  ["<?page=2>; rel=next", "https://api.example/repos/me/app/releases?page=2"],
  ['<?after=a,b>; rel="next"', "https://api.example/repos/me/app/releases?after=a,b"],
  // Another origin or path is what a host behind a proxy calls itself: only the query counts.
  ['<http://localhost:3000/api/v1/x?page=2>; rel="next"', "https://api.example/repos/me/app/releases?page=2"],
  [`<${AT}&page=5>; rel="last"`, null],
  [`<${AT}>; rel="next"`, null],
  ["<http://[>; rel=next", null],
  ["nonsense", null],
  [null, null],
])("after %j comes %s", (link, next) => {
  expect(nextPage(link, AT)).toBe(next);
});
