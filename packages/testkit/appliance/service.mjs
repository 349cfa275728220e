// The appliance's own program: a small web service. It ships in every release; its folder is the release.
// behaviour.json says how a release that is meant to be bad is bad.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const { version, diesAfterMs, opensPort } = JSON.parse(readFileSync(join(here, "behaviour.json"), "utf8"));
const port = Number(process.env.APPLIANCE_PORT);

const server = createServer((request, response) => {
  if (request.url === "/version") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ version, pid: process.pid }));
    return;
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(readFileSync(join(here, "public", "index.html")));
});

if (opensPort) server.listen(port, "127.0.0.1");
else setInterval(() => {}, 60_000);
if (diesAfterMs !== null) setTimeout(() => process.exit(1), diesAfterMs);
process.on("SIGTERM", () => process.exit(0));
