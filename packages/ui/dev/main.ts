// The pages against the stand-in: npm run dev [-- --port 7300]
import { parseArgs } from "node:util";
import { devServer } from "./server.ts";
import { SCENARIOS } from "./stages.ts";

const { values } = parseArgs({ options: { port: { type: "string", default: "7300" }, host: { type: "string" } } });
const server = await devServer({ port: Number(values.port), host: values.host });
const { local = [], network = [] } = server.resolvedUrls ?? {};
const [base = ""] = [...local, ...network];
const names = (of: object) => Object.keys(of).join(" ");

console.log(`
The pages, on a stand-in of both APIs. A change in packages/ui is there at once.

  ${base}sites/device/            a device's page
  ${base}sites/server/            the image builder
  ${base}sites/server/console/    the console; its token is pawl_stand-in
  ${base}embed/                   the chip in other dashboards
  ${base}gallery/                 each element in each state

A scenario is chosen in the corner of a page, or in its address: sites/device~installing/
With ?scenario=plays it is told from its beginning; &speed=10: ten times as fast.

  device  ${names(SCENARIOS.device)}
  server  ${names(SCENARIOS.server)}
`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
