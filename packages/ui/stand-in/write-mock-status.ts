// npm run mock-status [-- <file>]: what GET status answers in each scenario, for dashboards that are made without a device.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { answerOf, appClient, type DeviceSchemas } from "../data/device.ts";
import { deviceStandIn, STAND_IN_TOKEN } from "./device/device.ts";
import { DEVICE_SCENARIOS, type DeviceScenario } from "./device/scenarios.ts";
import type { Scenario } from "./device/scene.ts";

const [file = "dist/mock-update-status.json"] = process.argv.slice(2);
const answers: Record<string, DeviceSchemas["StatusAnswer"]> = {};
for (const scenario of Object.keys(DEVICE_SCENARIOS) as DeviceScenario[]) {
  const { delayMs, isUnreachable }: Scenario = DEVICE_SCENARIOS[scenario];
  // Nobody answers, or what others answer, too.
  if (isUnreachable || delayMs) continue;
  const fetch = deviceStandIn(scenario);
  const client = appClient({ url: "http://stand-in.test", app: "", token: STAND_IN_TOKEN, fetch });
  answers[scenario] = await answerOf(client.GET("/update/status"));
}
await mkdir(dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify(answers, null, 2)}\n`);
console.log(`${file}: ${Object.keys(answers).length} scenarios`);
