import { expect, test } from "vitest";
import { redactUrl } from "./redact-url.ts";

test.each([
  ["https://example.org/app/index.json", "https://example.org/app/index.json"],
  ["https://me:secret@example.org:8443/a", "https://example.org:8443/a"],
  ["https://example.org/a?token=secret&ticket=secret#secret", "https://example.org/a"],
  ["//me:secret@host/a?token=secret", "//host/a"],
])("%s is shown as %s", (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});
