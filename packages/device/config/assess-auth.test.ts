import { AuthConfig } from "@pawl/protocol";
import { expect, test } from "vitest";
import { adviseAuth } from "./assess-auth.ts";
import { dotted } from "./problem.ts";

const JWKS = { jwks_url: "https://id.example/keys", audience: "pawl" };

test.each([
  [{}, null],
  [{ jwt: { secret_file: "/etc/pawl/jwt.key" } }, null],
  [{ jwt: JWKS, cors: ["https://dashboard.local", "http://[::1]:8080"], public_status: true }, null],
  [{ jwt: { ...JWKS, jwks_url: "http://127.0.0.1:9000/keys" } }, null],
  [{ jwt: { ...JWKS, jwks_url: "http://[::1]:9000/keys" } }, null],
  [{ jwt: { ...JWKS, jwks_url: "http://id.example/keys" } }, /^auth\.jwt\.jwks_url: without https/],
  [{ jwt: { jwks_url: JWKS.jwks_url } }, /^auth\.jwt: without an audience/],
  [{ token_in_query: true }, /^auth\.token_in_query: .*POST \/api\/update\/ticket/],
  [{ cors: ["https://Dashboard.local"] }, /^auth\.cors\[0\]: .*write "https:\/\/dashboard\.local"$/],
  [{ cors: ["https://a.example", "https://b.example:443"] }, /^auth\.cors\[1\]: .*write "https:\/\/b\.example"$/],
  [{ cors: ["https://a.example:99999"] }, /^auth\.cors\[0\]: /],
])("advises on %j: %s", (auth, advice) => {
  const words = adviseAuth(AuthConfig.parse(auth)).map(
    ({ path, message, hint }) => `${dotted(path)}: ${message}; ${hint}`,
  );
  expect(words).toEqual(advice === null ? [] : [expect.stringMatching(advice)]);
});
