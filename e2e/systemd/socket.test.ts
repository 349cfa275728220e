import { machineIsPossible } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Device } from "./device.ts";
import { activity, show } from "./units.ts";

const whyNot = machineIsPossible();

describe.skipIf(whyNot)(`the API by socket activation${whyNot ? ` (${whyNot})` : ""}`, () => {
  let device: Device;

  beforeAll(async () => {
    device = await Device.create({ extra: "idle_exit: 1s\n" });
    await device.pawl("setup");
  });

  afterAll(() => device?.[Symbol.asyncDispose]());

  const untilNobody = () =>
    device.machine.waitFor("our processes to end", async () => (await device.processes()).length === 0, 15_000);

  test("an idle device has no process of ours, and its socket listens", async () => {
    await untilNobody();
    expect(await activity(device.machine, "pawl-device.socket")).toBe("active");
    expect(await activity(device.machine, "pawl-device.service")).toBe("inactive");
  });

  test("a request starts the API, which answers, ends when nobody asks, and comes back for the next", async () => {
    await untilNobody();
    for (let time = 0; time < 2; time++) {
      expect(await device.ask("GET", "/api/update/status")).toMatchObject({
        status: 200,
        body: { success: true, current_version: null, state: "idle" },
      });
      expect(await device.processes()).toHaveLength(1);
      await untilNobody();
      expect(await show(device.machine, "pawl-device.service", "ActiveState", "Result")).toEqual({
        ActiveState: "inactive",
        Result: "success",
      });
    }
  });

  test("it runs as a user who is nobody else, and not as root", async () => {
    await device.ask("GET", "/api/update/status");
    const { MainPID } = await show(device.machine, "pawl-device.service", "MainPID");
    const status = await device.machine.read(`/proc/${MainPID}/status`);
    const uid = (await device.machine.succeed(["id", "-u", "pawl"])).trim();
    expect(/^Uid:\s+(.*)$/m.exec(status)?.[1]).toBe([uid, uid, uid, uid].join("\t"));
    expect(/^CapEff:\s+0+$/m.test(status)).toBe(true);
    expect(/^NoNewPrivs:\s+1$/m.test(status)).toBe(true);
  });

  test("whoever follows the progress keeps it awake", async () => {
    const connection = device.follow("/api/update/progress");
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(connection.isOpen()).toBe(true);
    expect(await activity(device.machine, "pawl-device.service")).toBe("active");
    connection.close();
    await untilNobody();
  });

  test("a user who isn't in its group can't even connect", async () => {
    const connect = "require('net').connect('/run/pawl/api.sock').on('error', (e) => { console.log(e.code) })";
    expect(await device.machine.succeed(["node", "-e", connect], { user: "nobody" })).toBe("EACCES\n");
  });

  test("many requests at once to a sleeping API are all answered", async () => {
    await untilNobody();
    const answers = await Promise.all(Array.from({ length: 30 }, () => device.ask("GET", "/api/update/status")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test("a request that meets the API as it ends is answered", async () => {
    for (let wait = 950; wait <= 1_150; wait += 20) {
      expect((await device.ask("GET", "/api/update/status")).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  });
});
