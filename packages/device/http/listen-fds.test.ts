import { expect, test } from "vitest";
import { forgetListenFds, listenFds } from "./listen-fds.ts";

test.each([
  ["one", { LISTEN_PID: "40", LISTEN_FDS: "1" }, [3]],
  ["several, whatever their names", { LISTEN_PID: "40", LISTEN_FDS: "3", LISTEN_FDNAMES: "a:b:c" }, [3, 4, 5]],
  ["none", {}, []],
  ["none of ours: another process was meant", { LISTEN_PID: "41", LISTEN_FDS: "1" }, []],
  ["none of ours: nobody was meant", { LISTEN_FDS: "1" }, []],
  ["none by number", { LISTEN_PID: "40", LISTEN_FDS: "0" }, []],
  ["no number", { LISTEN_PID: "40", LISTEN_FDS: "1x" }, []],
  ["a number beyond reason", { LISTEN_PID: "40", LISTEN_FDS: "1000000000" }, []],
])("sockets of systemd's: %s", (_, env, fds) => {
  expect(listenFds(env, 40)).toEqual(fds);
});

test("what this process starts finds nothing of them in its environment", () => {
  const env = { LISTEN_PID: "40", LISTEN_FDS: "1", LISTEN_FDNAMES: "x", PATH: "/bin" };
  forgetListenFds(env);
  expect(env).toEqual({ PATH: "/bin" });
});
