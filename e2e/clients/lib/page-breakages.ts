import type { Breakage } from "./breakages.ts";
import { cutOff, proxyPage, withHeader, without, withStatus } from "./rewritings.ts";

/** What keeps any page of another host from reading an answer. @param path of `<method> <path>`, without a query */
export function pageBreakages(method: string, path: string): Breakage[] {
  const of = `${method} ${path}`;
  const unread = `may not read ${path}: Access-Control-Allow-Origin is`;
  return [
    {
      name: `${of} without Access-Control-Allow-Origin`,
      of,
      rewrite: without("Access-Control-Allow-Origin"),
      refusal: `${unread} absent`,
    },
    {
      name: `${of} for pages of another host alone`,
      of,
      rewrite: withHeader("Access-Control-Allow-Origin", "http://other.example"),
      refusal: `${unread} http://other.example`,
    },
    { name: `${of} is a proxy's page`, of, rewrite: proxyPage, refusal: `${path} is no JSON` },
    { name: `${of} ends too soon`, of, rewrite: cutOff, refusal: "it ended before its length" },
    {
      name: `${of} says that it is packed, and isn't`,
      of,
      rewrite: withHeader("content-encoding", "gzip"),
      refusal: `${path} says gzip and isn't`,
    },
  ];
}

/** What ends it before it begins, where a browser asks first. @param method that it asks to be allowed */
export function preflightBreakages(path: string): Breakage[] {
  const of = `OPTIONS ${path}`;
  return [
    {
      name: "a preflight nobody answers",
      of,
      rewrite: withStatus(404),
      refusal: `the preflight of ${path} is answered with 404`,
    },
    {
      name: "a preflight that is sent elsewhere",
      of,
      rewrite: (answer) => {
        withStatus(301)(answer);
        withHeader("location", `${path}/`)(answer);
      },
      refusal: `the preflight of ${path} is answered with 301`,
    },
    {
      name: "a preflight without Access-Control-Allow-Origin",
      of,
      rewrite: without("Access-Control-Allow-Origin"),
      refusal: `may not read ${path}: Access-Control-Allow-Origin is absent`,
    },
    {
      name: "a preflight without Access-Control-Allow-Headers",
      of,
      rewrite: without("Access-Control-Allow-Headers"),
      refusal: `the preflight of ${path} doesn't allow the header content-type`,
    },
    {
      name: "a preflight that allows other headers",
      of,
      rewrite: withHeader("Access-Control-Allow-Headers", "Authorization, X-Requested-With"),
      refusal: `the preflight of ${path} doesn't allow the header content-type`,
    },
  ];
}
