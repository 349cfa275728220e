import { expect, test } from "vitest";
import { refuseUsersOwn } from "./rights.ts";

const config = { python: "/usr/bin/python3", user_home: "/home/kettle/" };
const at = (folder: string) => ({ name: "kettle", version: "1.0.0", folder });

test("what a user has for themselves is not replaced behind their back: it is said how they take it away", () => {
  const own = at("/home/kettle/.local/lib/python3.11/site-packages");
  expect(() => refuseUsersOwn(own, config)).toThrow(
    expect.objectContaining({
      code: "requires_unmet",
      message: expect.stringMatching(/user alone.*\/usr\/bin\/python3 -m pip uninstall .*kettle$/),
    }),
  );
});

test.each([
  ["nothing", null],
  ["what stands in the environment", at("/usr/lib/python3/dist-packages")],
  ["a home that begins alike", at("/home/kettle2/.local/lib/python3.11/site-packages")],
])("%s is no hindrance", (_, found) => {
  expect(() => refuseUsersOwn(found, config)).not.toThrow();
});
