import { createHmac } from "node:crypto";

/** What the page's own server and Pawl share. */
export const SECRET = "a secret that the page's own server and Pawl share";

/** The JWT that the page has after its sign-in elsewhere: HS256, good for 15 minutes. */
export function pageToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub: "admin", exp: Math.floor(Date.now() / 1000) + 900 };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", SECRET).update(text).digest("base64url")}`;
}

/** The lines of pawl.yaml with which the page's calls are let in. */
export function authLines(secretFile: string): string {
  return `auth: { jwt: { secret_file: ${secretFile} }, token_in_query: true }\n`;
}
