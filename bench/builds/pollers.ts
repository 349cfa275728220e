import type { MirrorServer } from "@pawl/testkit";
import { BenchServer } from "../server/bench-server.ts";
import { type Answering, answering } from "../wrk.ts";
import { bodyOf, routerRequest } from "./router-request.ts";

export const POLLERS = 10_000;
/** As owut, LuCI and the firmware selector wait, in milliseconds. */
const PAUSE = 5_000;
/** Three polls of each. */
const SECONDS = 16;
/** Builds that wait, so that each answer has a position in it. */
const BUILDS = 150;

/** Each connection is a client; they don't begin at once. */
const SCRIPT = `
local begun = 0
local paths = {}
for path in string.gmatch(os.getenv("BENCH_PATHS"), "%S+") do table.insert(paths, path) end
function delay()
  begun = begun + 1
  if begun <= ${POLLERS} then return math.random(0, ${PAUSE}) end
  return ${PAUSE}
end
function request() return wrk.format("GET", paths[math.random(#paths)]) end
`;

/** Ten thousand clients, each on a connection of its own, that ask one server every five seconds how their builds stand. */
export async function benchPollers(mirror: MirrorServer): Promise<Answering> {
  await using server = await BenchServer.start(mirror, {
    worker: { embedded: false },
    trusted_proxies: ["127.0.0.1"],
    builds: { max_pending: 1_000 },
  });
  const paths = await waitingBuilds(server, mirror);
  const env = { BENCH_PATHS: paths.join(" ") };
  return await answering({ url: server.url, script: SCRIPT, env, status: 202, connections: POLLERS, seconds: SECONDS });
}

/** Asked for by as many clients. Where they can be asked for. */
async function waitingBuilds({ url }: BenchServer, mirror: MirrorServer): Promise<string[]> {
  const body = bodyOf(await routerRequest(mirror));
  const paths = [];
  for (let n = 0; n < BUILDS; n++) {
    const response = await fetch(`${url}/api/v1/build`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": `192.0.2.${n}` },
      body: JSON.stringify({ ...body, defaults: `echo ${n}` }),
    });
    const answer = (await response.json()) as { request_hash?: string };
    if (response.status !== 202 || answer.request_hash === undefined) {
      throw new Error(`a build was answered ${response.status}: ${JSON.stringify(answer)}`);
    }
    paths.push(`/api/v1/build/${answer.request_hash}`);
  }
  return paths;
}
