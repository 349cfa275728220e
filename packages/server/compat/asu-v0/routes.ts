import { Hono } from "hono";
import type { ServerApp, ServerContext, ServerEnv, ServerParts } from "../../http/parts.ts";
import { Representation, send } from "../../http/representation.ts";
import { BY_ORIGIN, middleGenerationVersions } from "../asu-v1/middle-generation.ts";
import { answer } from "./answers.ts";
import { answerBuildRequest, answerBuildState } from "./build-answer.ts";
import { answerUpgradeCheck } from "./check-answer.ts";
import { answerFailLog } from "./fail-log.ts";
import { missing } from "./fields.ts";
import { worded } from "./handler.ts";
import { answerImageFile } from "./image-files.ts";
import { imageRow } from "./image-rows.ts";
import { distributions, distros, models, supported, versions } from "./listings.ts";
import { packagesImage } from "./packages-image.ts";
import { modelsQuery, packagesImageQuery } from "./queries.ts";
import { type Shown, sendShown } from "./shown.ts";
import { staticFile } from "./static-folder.ts";
import { STATISTICS } from "./statistics.ts";

/** Everything the clients of 2017 to 2019 ask for (contract asu-v0). It owns nothing: it asks the catalog and the engine. */
export function asuV0Routes(parts: ServerParts): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>();
  const { signal } = parts;
  const on = (method: "GET" | "POST", path: string, handle: (c: ServerContext) => Promise<Response>) =>
    app.on(method, [path, `${path}/`], worded(parts, handle));
  const show = (path: string, make: (c: ServerContext) => Promise<Shown>) =>
    on("GET", path, async (c) => sendShown(c.req.raw, await make(c), parts.clock()));

  on("POST", "/api/upgrade-check", (c) => answerUpgradeCheck(parts, c));
  // A hash alone was never enough for a check, so the original always missed the rest.
  on("GET", "/api/upgrade-check/:hash", async () => {
    throw missing("distro");
  });
  for (const kind of ["upgrade-request", "build-request"] as const) {
    on("POST", `/api/${kind}`, (c) => answerBuildRequest(parts, c, kind));
    on("GET", `/api/${kind}/:hash`, (c) => answerBuildState(parts, c, kind));
  }

  show("/api/distros", () => distros(parts, signal));
  show("/api/distributions", () => distributions(parts, signal));
  on("GET", "/api/versions", async (c) => {
    const distro = c.req.query("distro") ?? null;
    // Only the LuCI app of 2020 asks that from another origin and without a distro (asu-v1 §1.9).
    if (distro === null && c.req.header("origin") !== undefined) return middleGenerationVersions(parts, c.req.raw);
    return sendShown(c.req.raw, await versions(parts, distro || null, signal), parts.clock(), BY_ORIGIN);
  });
  show("/api/models", (c) => models(parts, modelsQuery(c), signal));
  show("/api/packages_image", (c) => packagesImage(parts, packagesImageQuery(c), signal));
  show("/api/v1/supported", () => supported(parts, signal));
  on("GET", "/api/v1/packages_hash/:hash", async (c) => {
    const names = await parts.packageLists.find(c.req.param("hash") ?? "");
    return names ? send(c.req.raw, Representation.json(names)) : answer([], 404);
  });
  on("GET", "/api/image/:hash", async (c) => {
    const image = await parts.images.byHash(c.req.param("hash") ?? "");
    return image ? answer(imageRow(parts.catalog, image)) : answer({}, 404);
  });
  on("GET", "/api/manifest/:hash", async (c) => {
    const image = await parts.images.byManifest(c.req.param("hash") ?? "");
    const build = image && (await parts.builds.byId(image.build));
    return build?.result ? send(c.req.raw, Representation.json(build.result.manifest)) : answer({}, 404);
  });
  for (const [name, read] of Object.entries(STATISTICS)) {
    on("GET", `/api/v1/stats/${name}`, async (c) => send(c.req.raw, Representation.json(await read(parts))));
  }

  addImageFolders(app, parts);
  // The original sent to its documents; `/` is a page of ours.
  app.get("/api/", () => redirect("/api/v2/docs"));
  // First: to Hono, `/chef/*` is this too.
  if (parts.config.static.chef !== null) app.get("/chef", () => redirect("/chef/"));
  addFolder(app, parts, "/network-profiles/", parts.config.static.network_profiles);
  addFolder(app, parts, "/chef/", parts.config.static.chef);
  // Chef reads it when it starts: none is better than an error.
  if (parts.config.static.network_profiles === null) {
    const none = new Representation(Buffer.alloc(0), "text/plain; charset=utf-8");
    app.get("/network-profiles/Packages", (c) => send(c.req.raw, none));
  }
  return app;
}

/** Below the names of distributions: `/json/` has other generations' folders as well, and two routes for one path are slow. */
function addImageFolders(app: ServerApp, parts: ServerParts): void {
  app.get(
    "/download/faillogs/:name",
    worded(parts, (c) => answerFailLog(c, parts)),
  );
  const folders = ["custom", ...parts.catalog.distributions.map(({ name }) => name)];
  for (const [prefix, as] of [
    ["/download/", "html"],
    ["/json/", "json"],
  ] as const) {
    const serve = worded(parts, (c) => answerImageFile(c, parts, c.req.path.slice(prefix.length), as));
    for (const folder of folders) app.get(`${prefix}${folder}/*`, serve);
  }
}

function addFolder(app: ServerApp, parts: ServerParts, prefix: string, folder: string | null): void {
  if (folder === null) return;
  const serve = worded(parts, async (c) => {
    const file = await staticFile(folder, c.req.path.slice(prefix.length), parts.representations);
    return file ? send(c.req.raw, file) : answer({ error: "There is no such file." }, 404);
  });
  app.get(`${prefix}*`, serve);
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}
