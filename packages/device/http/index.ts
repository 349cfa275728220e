export { createHttpApp, type HttpAppParts } from "./http-app.ts";
export { type Served, type ServeParts, serve } from "./serve.ts";
