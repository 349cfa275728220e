import type { Breakage } from "./breakages.ts";
import { pageBreakages, preflightBreakages } from "./page-breakages.ts";
import type { RewritableAnswer, Rewriting } from "./rewriter.ts";
import { cutOff, proxyPage, withBody, withHeader, withJson, without, withStatus } from "./rewritings.ts";

/** What is built is answered at once: auc asks a second time by GET, pages post alone. */
const UPGRADE = /^(POST|GET) \/api\/upgrade-request/;
const BUILD = "POST /api/build-request";
const FILES = "GET /json/openwrt/";

const lacking = (field: string) =>
  withJson((state) => {
    delete state[field];
  });
const holding = (fields: object) =>
  withJson((state) => {
    Object.assign(state, fields);
  });
const row = (of: Rewriting["of"]) => (name: string, rewrite: Rewriting["rewrite"], refusal: string | RegExp) => ({
  name,
  of,
  rewrite,
  refusal,
});

/** Instead of what is built, a build that goes on. */
const goesOn =
  (headers: Readonly<Record<string, string>>): Rewriting["rewrite"] =>
  (answer) => {
    withStatus(202)(answer);
    withJson(({ request_hash }) => ({ request_hash }))(answer);
    for (const [name, value] of Object.entries(headers)) withHeader(name, value)(answer);
  };
const QUEUED = { "x-imagebuilder-status": "queue" };
const LATER_WORD = { "x-imagebuilder-status": "container_setup" };

/** With what the first generation's server sent besides. */
const failed =
  (status: number, fields: object): Rewriting["rewrite"] =>
  (answer: RewritableAnswer) => {
    withStatus(status)(answer);
    withBody(JSON.stringify(fields))(answer);
  };
/** One after the other. */
const all =
  (...rewritings: Rewriting["rewrite"][]): Rewriting["rewrite"] =>
  (answer) => {
    for (const rewrite of rewritings) rewrite(answer);
  };

const ofAuc = row(UPGRADE);
const ofImage = row(FILES);

export const OLD_AUC_BREAKAGES: readonly Breakage[] = [
  ofAuc("a proxy's page", proxyPage, "is no JSON"),
  ofAuc("no name of the image", lacking("sysupgrade"), "no sysupgrade image returned"),
  ofAuc("an empty name", holding({ sysupgrade: "" }), "no sysupgrade image returned"),
  ofAuc("images as a list", holding({ sysupgrade: ["a.bin"] }), "no sysupgrade image returned"),
  ofAuc("no folder", lacking("files"), "no sysupgrade image returned"),
  ofAuc("a folder too long", holding({ files: `/json/${"x".repeat(200)}/` }), "doesn't fit in 256 bytes"),
  ofAuc("a build that goes on, without a word on how", goesOn({}), "no sysupgrade image returned"),
  ofAuc("a word that came later", goesOn(LATER_WORD), "unrecognized remote imagebuilder status 'container_setup'"),
  ofAuc("a build for ever", goesOn(QUEUED), "it would go on asking for ever"),
  ofAuc("a position that is no number", goesOn({ ...QUEUED, "x-build-queue-position": "next" }), "position 0, and not"),
  ofAuc("a request that is a bad one", withStatus(400), "ends without a word at status 400"),
  ofAuc("a device that nobody knows", withStatus(412), "not found. Please report this"),
  ofAuc("an image that is too big", withStatus(413), "image too big."),
  ofAuc("an unknown package without its name", withStatus(422), "unknown package '(null)' requested."),
  ofAuc("nothing to upgrade with", withStatus(501), "ImageBuilder didn't produce sysupgrade file."),
  ...[404, 409, 420, 500, 502, 503].map((status) =>
    ofAuc(`status ${status}`, withStatus(status), `HTTP error ${status}\nno sysupgrade image returned`),
  ),
  ofImage("the image is gone", all(withStatus(404), proxyPage), "HTTP error 404\nimage download failed"),
  ofImage("half an image", cutOff, "it ended before its length"),
  ofImage("an image in chunks", withHeader("transfer-encoding", "chunked"), "file size mismatch"),
  {
    name: "an image that is called otherwise where it lies",
    of: "GET //json/",
    rewrite: withHeader("location", "/api/distros"),
    refusal: "image download failed: it lies in /tmp/distros",
  },
];

const ofLuci = row("POST /api/upgrade-request");

export const LUCI_2018_IMAGE_BREAKAGES: readonly Breakage[] = [
  ...pageBreakages("POST", "/api/upgrade-request"),
  ...preflightBreakages("/api/upgrade-request"),
  ...["files", "sysupgrade", "log"].map((field) => ofLuci(`no ${field}`, lacking(field), `\`${field}\` is no text`)),
  ofLuci("a build that goes on, without a word on how", goesOn({}), "nobody knows which step (null)"),
  ofLuci(
    "a word that pages may not read",
    all(goesOn(QUEUED), without("Access-Control-Expose-Headers")),
    "nobody knows which step (null)",
  ),
  ofLuci("a word that came later", goesOn(LATER_WORD), "nobody knows which step (container_setup)"),
  ofLuci("a build for ever", goesOn(QUEUED), "it would go on asking for ever"),
  ofLuci("a bad request without its reason", failed(400, []), "TypeError: what is wrong is no object"),
  ofLuci(
    "a conflict without its log",
    failed(409, { error: "x" }),
    "See build log for details, of which there is none",
  ),
  ofLuci("a failure without its reason", failed(500, { log: "/x" }), "`error` is no text"),
  ofLuci("an unknown package without its name", withStatus(422), "Unknown package in request: null"),
  ofLuci("a device that nobody knows", withStatus(412), "Unsupported device, release, target, subtraget or board"),
  ofLuci("an image that is too big", withStatus(413), "No firmware created due to image size."),
  ofLuci("nothing to upgrade with", withStatus(501), "No sysupgrade file produced"),
  ...[404, 420].map((status) => ofLuci(`status ${status}`, withStatus(status), `shows nothing at status ${status}`)),
  ofImage("the image is gone", withStatus(404), '"Downloading firmware to web browser memory" for ever: 404'),
  ofImage("half an image", cutOff, "it ended before its length"),
  ofImage("an image for other pages", without("Access-Control-Allow-Origin"), "may not read /json/openwrt/"),
];

const ofChef = row(BUILD);
const ofRow = row("GET /api/image/");
const ofManifest = row("GET /api/manifest/");
const ofList = row(/^GET \/json\/openwrt\/.*\/$/);

export const CHEF_IMAGE_BREAKAGES: readonly Breakage[] = [
  ...pageBreakages("POST", "/api/build-request"),
  ...preflightBreakages("/api/build-request"),
  ...["files", "log", "image_hash"].map((field) => ofChef(`no ${field}`, lacking(field), `\`${field}\` is no text`)),
  ofChef("a build that goes on, without a word on how", goesOn({}), "Processing request: null is no step"),
  ofChef(
    "a word that pages may not read",
    all(goesOn(QUEUED), without("Access-Control-Expose-Headers")),
    "Processing request: null is no step",
  ),
  ofChef("a word that came later", goesOn(LATER_WORD), "Processing request: container_setup is no step"),
  ofChef("a request that isn't found when it is posted", failed(404, {}), "again and again without a pause"),
  ofChef("a conflict without its log", failed(409, { error: "x" }), "tr-manifest-fail, and a link to undefined"),
  ofChef("a failure without its reason", failed(500, { log: "/x" }), "`error` is no text"),
  ofChef("an unknown package without its name", withStatus(422), "tr-unknown-package: null"),
  ofChef("a device that nobody knows", withStatus(412), "tr-unsupported"),
  ofChef("an image that is too big", withStatus(413), "tr-filesize"),
  ofChef("nothing to upgrade with", withStatus(501), "tr-no-sysupgrade"),
  ...[420, 502].map((status) => ofChef(`status ${status}`, withStatus(status), `shows nothing at status ${status}`)),
  ofRow("an image for other pages", without("Access-Control-Allow-Origin"), "may not read /api/image/"),
  ofRow("an image that nobody knows", failed(404, {}), "TypeError: build_date has no substring"),
  ofRow("an image of no manifest", lacking("manifest_hash"), "`manifest_hash` is no text"),
  ofManifest("a manifest for other pages", without("Access-Control-Allow-Origin"), "may not read /api/manifest/"),
  ofManifest(
    "packages without versions",
    withJson((names) => Object.keys(names)),
    "the manifest is no object",
  ),
  ofList("a list for other pages", without("Access-Control-Allow-Origin"), "may not read /json/openwrt/"),
  ofList("a list for people", proxyPage, "is no JSON"),
  ofList(
    "a list of names",
    withJson((list) => list.map(({ name }: { name: string }) => name)),
    "a file is no object",
  ),
  row(/^GET \/json\/.*\.bin$/)("the image is gone", withStatus(404), "is answered with 404"),
];

/** Of the page that goes by the image's row. */
export const OTHER_CHEF_BREAKAGES: readonly Breakage[] = [
  ofRow("an image without its folder", lacking("files"), "the image's `files` is no text"),
  row(/^GET \/json\//)("a list that has gone", all(withStatus(404), withBody("{}")), "the list of files is no list"),
  row(/^GET \/download\//)("the image is gone", withStatus(404), "is answered with 404"),
];
