import { expect, test } from "vitest";
import { ServerError, type ServerErrorCode, type ServerErrorDetails } from "../../error.ts";
import { type Asked, refusal } from "./answers.ts";

const ASKED: Asked = { distro: "DebWrt", version: "1.0", target: "ar71xx/tiny" };

test.each<[ServerErrorCode, ServerErrorDetails, number, string, Record<string, string>]>([
  ["bad_request", {}, 400, "why", {}],
  ["unprocessable", { fields: { parameter: "distro" } }, 412, "why", { "x-missing-param": "distro" }],
  ["unknown_distribution", {}, 412, "unknown distribution DebWrt", {}],
  ["unknown_version", {}, 412, "unknown version 1.0", {}],
  ["unknown_target", {}, 412, "unknown target ar71xx/tiny", {}],
  ["unknown_profile", {}, 412, "unknown device, please check model and board params", {}],
  ["payload_too_large", {}, 413, "why", {}],
  ["payload_too_large", { fields: { field: "defaults" } }, 420, "why", {}],
  [
    "unknown_package",
    { fields: { packages: ["a", "b"] } },
    422,
    "could not find packages: a, b",
    { "x-unknown-package": "a, b" },
  ],
  ["not_loaded", { retryAfter: 30 }, 503, "why", { "retry-after": "30" }],
  ["upstream_refused", {}, 503, "why", { "retry-after": "300" }],
  ["database_unavailable", {}, 503, "why", { "retry-after": "300" }],
  ["internal", {}, 500, "why", {}],
])("%s %j is %i: %s", async (code, details, status, sentence, headers) => {
  const response = refusal(new ServerError(code, "why", details), ASKED);
  expect([response.status, await response.json()]).toEqual([status, { error: sentence }]);
  expect(Object.fromEntries(response.headers)).toMatchObject(headers);
  expect(response.headers.get("content-type")).toBe("application/json");
});

test("a package's name doesn't break the header it is in", () => {
  const packages = ["käse\r\nx-evil: 1", "日本"];
  const response = refusal(new ServerError("unknown_package", "why", { fields: { packages } }));
  expect(response.headers.get("x-unknown-package")).toBe("k?se??x-evil: 1, ??");
});
