import type { Breakage } from "./breakages.ts";
import { pageBreakages, preflightBreakages } from "./page-breakages.ts";
import type { RewritableAnswer, Rewriting } from "./rewriter.ts";
import { cutOff, otherBytes, proxyPage, withBody, withHeader, withJson, without, withStatus } from "./rewritings.ts";

/** What is built is answered at once, so it is the post's answer that is broken; and what comes from the store. */
const POST = "POST /api/v1/build";
const STORE = "GET /store/";

// biome-ignore lint/suspicious/noExplicitAny: JSON of an answer, to be broken
type Json = any;
const changed = (change: (state: Json) => unknown) =>
  withJson((state) => {
    change(state);
  });
const lacking = (field: string) => changed((state) => delete state[field]);
const ofImages = (change: (image: Json) => unknown) => changed(({ images }) => images.forEach(change));

/** Instead of what is built, a build that goes on. */
const goesOn =
  (fields: object): Rewriting["rewrite"] =>
  (answer: RewritableAnswer) => {
    withStatus(202)(answer);
    withJson(({ request_hash }) => ({ status: 202, request_hash, ...fields }))(answer);
  };
const row = (name: string, rewrite: Rewriting["rewrite"], refusal: string | RegExp, of: Rewriting["of"] = POST) => ({
  name,
  of,
  rewrite,
  refusal,
});

const gone = (refusal: string) => row("the image is gone", goneFor(404), refusal, STORE);
const otherImage = (refusal: string) => row("other bytes than were built", otherBytes, refusal, STORE);
const halfAnImage = row("half an image", cutOff, "it ended before its length", STORE);

export const AUC_BREAKAGES: readonly Breakage[] = [
  row("a proxy's page", proxyPage, "is no JSON"),
  row("no images", lacking("images"), "Bad message (74)"),
  row(
    "images by their names",
    changed((state) => Object.assign(state, { images: {} })),
    "Bad message (74)",
  ),
  row("no folder", lacking("bin_dir"), "Bad message (74)"),
  row(
    "a folder too long",
    changed((state) => Object.assign(state, { bin_dir: "x".repeat(200) })),
    "fit in 256 bytes",
  ),
  ...["filesystem", "name", "type", "sha256"].map((field) =>
    row(
      `images without ${field}`,
      ofImages((image) => delete image[field]),
      "no image to upgrade with",
    ),
  ),
  row(
    "nothing to upgrade with",
    ofImages((image) => Object.assign(image, { type: "kernel" })),
    "no image to upgrade",
  ),
  row(
    "another file system",
    ofImages((image) => Object.assign(image, { filesystem: "ext4" })),
    "no image to upgrade",
  ),
  row("a build that goes on, without a hash", goesOn({ request_hash: undefined }), "again and again without a pause"),
  row("a build of nobody knows whom", goesOn({ request_hash: "0".repeat(64) }), "Bad message (74)"),
  row("an unknown package without its name", withStatus(422), "unknown package '(null)' requested."),
  row("a failure without words", (answer) => failed(answer, {}), "Bad message (74)"),
  gone("image download failed (404)"),
  row(
    "an image that is called otherwise where it lies",
    (answer) => {
      withStatus(302)(answer);
      withHeader("location", "/json/v1/branches.json?part=1")(answer);
    },
    "it lies in /tmp/branches.json?part=1",
    STORE,
  ),
  otherImage("sha256 mismatch"),
  halfAnImage,
  row("an image in chunks", withHeader("transfer-encoding", "chunked"), "file size mismatch", STORE),
];

/** With a page in its place, as such answers come. */
function goneFor(status: number): Rewriting["rewrite"] {
  return (answer) => {
    withStatus(status)(answer);
    proxyPage(answer);
  };
}

function failed(answer: RewritableAnswer, fields: object): void {
  withStatus(500)(answer);
  withBody(JSON.stringify(fields))(answer);
}

/** Of the post and of HEAD, whose body is empty. */
const whileItGoesOn =
  (headers: (answer: RewritableAnswer) => void): Rewriting["rewrite"] =>
  (answer) => {
    if (answer.body.length > 0) goesOn({ detail: "queued", queue_position: 0 })(answer);
    else withStatus(202)(answer);
    withHeader("x-imagebuilder-status", "queued")(answer);
    withHeader("x-queue-position", "0")(answer);
    headers(answer);
  };

export const OWUT_BREAKAGES: readonly Breakage[] = [
  row("a proxy's page", proxyPage, "Expected json, but '<html>"),
  row("an error of the server before it", goneFor(502), "with status 502"),
  row("a body without its status", lacking("status"), "Build failed with status undefined"),
  row("a queue without a position", goesOn({ detail: "queued" }), "nobody knows how many are ahead of you"),
  row(
    "a HEAD without a position",
    whileItGoesOn(without("x-queue-position")),
    "nobody knows how many",
    /^(POST|HEAD) /,
  ),
  row(
    "a build for ever",
    whileItGoesOn(() => {}),
    "it would go on asking for ever",
    /^(POST|HEAD) /,
  ),
  row("a build without a hash", goesOn({ detail: "started", request_hash: undefined }), "Build failed with status 404"),
  ...["build_at", "version_number", "version_code", "build_cmd", "request", "images", "manifest"].map((field) =>
    row(`no ${field}`, lacking(field), `\`${field}\``),
  ),
  row(
    "images of another kind",
    ofImages((image) => Object.assign(image, { type: "factory" })),
    "Could not locate an image",
  ),
  row(
    "another revision",
    changed((state) => Object.assign(state, { version_code: "r1-0" })),
    /expected r\d+-\w+, but got r1-0/,
  ),
  row(
    "a package less",
    changed(({ manifest }) => delete manifest.owut),
    "missing requested package: 'owut'",
  ),
  row(
    "a package in another version",
    changed(({ manifest }) => Object.assign(manifest, { owut: "1" })),
    /version mismatch: 'owut', expected \S+, but got 1$/,
  ),
  gone("Couldn't download image"),
  row("an image that lies elsewhere", withStatus(302), "Couldn't download image", STORE),
  otherImage("sha256 doesn't match"),
  halfAnImage,
];

/** What any of the app's generations would end with. @param post `POST <path>` */
const ofLuci = (post: string): Breakage[] => [
  ...["images", "bin_dir", "version_number", "version_code", "build_at", "target"].map((field) =>
    row(`no ${field}`, lacking(field), `\`${field}\``, post),
  ),
  row(
    "images of other kinds",
    ofImages((image) => Object.assign(image, { type: "factory" })),
    "image is null",
    post,
  ),
  row("a failure without words", (answer) => failed(answer, {}), "Server response: undefined", post),
  row("a build without a hash", goesOn({ request_hash: undefined, queue_position: 0 }), "for want of a hash", post),
  gone("Wrong checksum"),
  otherImage("Wrong checksum"),
  halfAnImage,
  row("an image for other pages", without("access-control-allow-origin"), "may not read /store/", STORE),
];

export const LUCI_TODAY_BREAKAGES: readonly Breakage[] = [
  ...pageBreakages("POST", "/api/v1/build"),
  ...preflightBreakages("/api/v1/build"),
  ...ofLuci(POST),
  row(
    "images of another file system",
    ofImages((image) => delete image.filesystem),
    "TypeError: image is null",
  ),
  ...["container_setup", "validate_manifest", "publish", undefined].map((step) =>
    row(`a step ${step}`, goesOn({ imagebuilder_status: step }), `TypeError: steps.${step} is undefined`),
  ),
  row("a build of nobody knows whom", goesOn({ request_hash: "0", queue_position: 0 }), "go on asking for ever"),
];

export const LUCI_2021_BREAKAGES: readonly Breakage[] = [
  ...pageBreakages("POST", "/api/v1/build"),
  ...ofLuci(POST),
  row("a position that is no number", goesOn({ queue_position: null }), "Request in build queue position null"),
  row("too many that wait", withStatus(529), "it shows a spinner for ever: 529"),
];

const OLD = "POST /api/build";
export const LUCI_2020_BREAKAGES: readonly Breakage[] = [
  ...pageBreakages("POST", "/api/build"),
  ...preflightBreakages("/api/build"),
  ...ofLuci(OLD).filter(({ name }) => name !== "a build without a hash"),
  row("a state that is a number", goesOn({}), "it shows a spinner for ever: 202 is no state", OLD),
  row("a build for ever", goesOn({ status: "started" }), "it would go on asking for ever", OLD),
];

export const SELECTOR_BREAKAGES: readonly Breakage[] = [
  ...pageBreakages("POST", "/api/v1/build"),
  ...preflightBreakages("/api/v1/build"),
  row("a GET that its browser may not ask", withStatus(405), "the preflight of /api/v1/build", /^OPTIONS /),
  ...[
    "version_number",
    "version_code",
    "target",
    "build_at",
    "titles",
    "build_cmd",
    "manifest",
    "bin_dir",
    "images",
  ].map((field) => row(`no ${field}`, lacking(field), `\`${field}\``)),
  row(
    "a date that is none",
    changed((state) => Object.assign(state, { build_at: "soon" })),
    "the date is shown as soon",
  ),
  row(
    "images without a type",
    ofImages((image) => delete image.type),
    "TypeError: an image's type",
  ),
  row(
    "images without a sum",
    ofImages((image) => delete image.sha256),
    "an image's sum",
  ),
  row("a build without a hash", goesOn({ request_hash: undefined }), "for want of a hash"),
  row("a failure with half a log", (answer) => failed(answer, { detail: "x", stderr: "" }), "shown as undefined"),
  row("a failure without words", (answer) => failed(answer, {}), "tr-build-failed"),
  gone("is answered with 404"),
  otherImage("isn't what its sum says"),
  halfAnImage,
];
