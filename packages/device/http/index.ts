export { type HeldPort, holdPort } from "./held-port.ts";
export { createHttpApp, type HttpAppParts } from "./http-app.ts";
export { forgetListenFds, listenFds } from "./listen-fds.ts";
export { PackedPages } from "./pages/packed-pages.ts";
export { type Served, type ServeParts, serve } from "./serve.ts";
export { ensureSocketFolder } from "./socket-folder.ts";
