import { expect, test } from "vitest";
import { resolveAddress } from "./address.ts";

const INDEX = "https://a.example/app/index.json?v=1";

test.each([
  ["1.0.0/x.tar.gz", "https://a.example/app/1.0.0/x.tar.gz"],
  ["../other/x.tar.gz", "https://a.example/other/x.tar.gz"],
  ["/x.tar.gz?y=1", "https://a.example/x.tar.gz?y=1"],
  ["https://cdn.example/x", "https://cdn.example/x"],
  ["//cdn.example/x", "https://cdn.example/x"],
])("%s means %s", (path, url) => {
  expect(resolveAddress(path, INDEX)).toEqual({ url });
});

test.each([
  ["ftp://a.example/x", "must be an http or https address"],
  ["javascript:alert(1)", "must be an http or https address"],
  ["http://a.example/x", "must be https, as the list itself is"],
  ["https://me:secret@a.example/x", "must not contain a user name or password"],
  ["https://", "isn't an address"],
])("%s %s", (path, problem) => {
  expect(resolveAddress(path, INDEX)).toEqual({ problem });
});
