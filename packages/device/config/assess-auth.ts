import type { AuthConfig, JwtConfig } from "@pawl/protocol";
import { isLocal } from "../listen-address.ts";
import { type Finding, warning } from "./problem.ts";

/** What is allowed in `auth` but lets in more than one may think, or nobody at all. */
export function adviseAuth({ jwt, cors, token_in_query }: AuthConfig): Finding[] {
  const findings = cors.flatMap((origin, index) => adviseOrigin(["auth", "cors", index], origin));
  if (jwt && "jwks_url" in jwt) findings.push(...adviseKeySet(jwt));
  if (token_in_query) {
    findings.push(
      warning(
        ["auth", "token_in_query"],
        "a token in an address ends up in logs and in the history of browsers",
        "let the page ask for a ticket (POST /api/update/ticket) and turn this off",
      ),
    );
  }
  return findings;
}

/** Origins are compared to the letter, as the Fetch standard wants. */
function adviseOrigin(path: Finding["path"], origin: string): Finding[] {
  const said = URL.canParse(origin) ? new URL(origin).origin : null;
  if (said === origin) return [];
  const hint = said === null ? "write it as https://dashboard.local" : `write "${said}"`;
  return [warning(path, `no browser says "${origin}" of a page, so this lets none in`, hint)];
}

function adviseKeySet(jwt: Extract<JwtConfig, { jwks_url: string }>): Finding[] {
  const path = ["auth", "jwt", "jwks_url"];
  const url = new URL(jwt.jwks_url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const findings: Finding[] = [];
  if (url.protocol === "http:" && !isLocal({ kind: "tcp", host, port: 0 })) {
    findings.push(
      warning(path, "without https, whoever is in between can put in a key of their own", "use an https address"),
    );
  }
  if (jwt.audience === undefined) {
    findings.push(
      warning(
        ["auth", "jwt"],
        "without an audience, whoever that host signs in anywhere may change this device",
        "set audience to what the host calls this device",
      ),
    );
  }
  return findings;
}
