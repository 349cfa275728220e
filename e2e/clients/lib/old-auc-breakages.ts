import type { Breakage } from "./breakages.ts";
import { cutOff, proxyPage, withBody, withHeader, withJson, without, withStatus } from "./rewritings.ts";

const of = /^POST \/api\/upgrade-check$/;

/** For a device that is offered a release, with upgrades of packages. */
export const CHECK_BREAKAGES: readonly Breakage[] = [
  { name: "another status for success", of, rewrite: withStatus(201), refusal: "HTTP error 201" },
  { name: "the route has gone", of, rewrite: withStatus(404), refusal: "HTTP error 404" },
  { name: "the server has no time", of, rewrite: withStatus(503), refusal: "HTTP error 503" },
  { name: "a good request is a bad one", of, rewrite: withStatus(400), refusal: "ends without a word at status 400" },
  {
    name: "a redirect, after which it doesn't repeat what it posted",
    of,
    rewrite: (answer) => {
      withStatus(301)(answer);
      withHeader("location", "/api//upgrade-check")(answer);
    },
    refusal: "ends without a word at status 400",
  },
  { name: "a check is queued as a build is", of, rewrite: withStatus(202), refusal: "202 without a status" },
  {
    name: "a word for a build's state that came later",
    of,
    rewrite: (answer) => {
      withStatus(202)(answer);
      withHeader("X-Imagebuilder-Status", "container_setup")(answer);
    },
    refusal: "unrecognized remote imagebuilder status 'container_setup'",
  },
  { name: "a proxy's page", of, rewrite: proxyPage, refusal: "/api/upgrade-check is no JSON" },
  { name: "an answer that ends too soon", of, rewrite: cutOff, refusal: "it ended before its length" },
  {
    name: "a Content-Length that is shorter than the answer",
    of,
    rewrite: withHeader("content-length", "20"),
    refusal: "/api/upgrade-check is no JSON",
  },
  {
    name: "an answer that is packed without being asked to",
    of,
    rewrite: withHeader("content-encoding", "gzip"),
    refusal: "came packed (gzip)",
  },
  { name: "a list of answers", of, rewrite: withJson((json) => [json]), refusal: "what came is no object" },
  {
    name: "the answer lies one level deeper",
    of,
    rewrite: withJson((json) => ({ result: json })),
    refusal: "neither version nor upgrades",
  },
  { name: "no body", of, rewrite: withBody(""), refusal: "/api/upgrade-check is no JSON" },
  {
    name: "a version that is a number",
    of,
    rewrite: withJson((json) => {
      json.version = 25.12;
    }),
    refusal: "the version is no text",
  },
  {
    name: "upgrades as a list",
    of,
    rewrite: withJson((json) => {
      json.upgrades = Object.entries(json.upgrades);
    }),
    refusal: "upgrades is no object",
  },
  {
    name: "an upgrade with its new version alone",
    of,
    rewrite: withJson((json) => {
      json.upgrades.busybox = json.upgrades.busybox[0];
    }),
    refusal: "leaves out busybox",
  },
  {
    name: "an upgrade whose installed version is null",
    of,
    rewrite: withJson((json) => {
      json.upgrades.busybox[1] = null;
    }),
    refusal: "leaves out busybox",
  },
];

/** For a device with a package that nobody knows. */
export const UNKNOWN_PACKAGE_BREAKAGES: readonly Breakage[] = [
  {
    name: "422 without X-Unknown-Package",
    of,
    rewrite: without("X-Unknown-Package"),
    refusal: "unknown package '(null)' requested",
  },
  { name: "another status for unknown packages", of, rewrite: withStatus(409), refusal: "HTTP error 409" },
];
