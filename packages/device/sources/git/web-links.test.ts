import { expect, test } from "vitest";
import { commitPage } from "./web-links.ts";

test.each([
  ["https://github.com/me/kettle.git", "https://github.com/me/kettle/commit/abc"],
  ["git@github.com:me/kettle.git", "https://github.com/me/kettle/commit/abc"],
  ["ssh://git@github.com:22/me/kettle", "https://github.com/me/kettle/commit/abc"],
  ["https://gitlab.com/me/kettle.git", "https://gitlab.com/me/kettle/-/commit/abc"],
  ["git@gitlab.example.org:group/sub/kettle.git", "https://gitlab.example.org/group/sub/kettle/-/commit/abc"],
  ["https://code.example.org/group/sub/kettle", "https://code.example.org/group/sub/kettle/-/commit/abc"],
  ["https://codeberg.org/me/kettle.git/", "https://codeberg.org/me/kettle/commit/abc"],
  ["ssh://git@git.example.org:2222/me/kettle.git", "https://git.example.org/me/kettle/commit/abc"],
  ["http://192.168.1.4:3000/me/kettle", "http://192.168.1.4:3000/me/kettle/commit/abc"],
  ["https://bitbucket.org/me/kettle", "https://bitbucket.org/me/kettle/commits/abc"],
  ["https://git.sr.ht/~me/kettle", "https://git.sr.ht/~me/kettle/commit/abc"],
  ["https://git.example.org/kettle.git", null],
  ["file:///srv/git/me/kettle.git", null],
  ["kim@host:/srv/git/me/ket tle.git", null],
])("the page of a commit of %s is %s", (url, page) => {
  expect(commitPage(url)?.("abc") ?? null).toBe(page);
});
