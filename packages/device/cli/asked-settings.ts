import type { SettingsBody } from "@pawl/protocol";
import { UpdateError } from "../error.ts";

/** What `pawl auto` was called with. */
export interface AutoWishes {
  check?: boolean | undefined;
  time?: string | undefined;
  install?: boolean | undefined;
  window?: string | undefined;
  reset?: boolean | undefined;
}

/** The call that changes what is wished; null when nothing is. Throws UpdateError `bad_request` that names the option. */
export async function settingsAsked(wishes: AutoWishes): Promise<SettingsBody | null> {
  const { check, time, install, window, reset = false } = wishes;
  const isAny = [check, time, install, window].some((wish) => wish !== undefined);
  if (reset) {
    if (isAny) throw new UpdateError("bad_request", "--reset takes back every choice; give it alone.");
    return { auto: { check: null, time: null, install: null }, window: null };
  }
  if (!isAny) return null;
  const { TimeOfDay, Window } = await import("@pawl/protocol");
  if (time !== undefined && !TimeOfDay.safeParse(time).success)
    throw new UpdateError("bad_request", `--time must be a time of day such as 04:20; it is "${time}".`);
  if (window !== undefined && window !== "any" && !Window.safeParse(window).success) {
    const words = `--window must be two times of day such as 02:00-05:00, or any; it is "${window}".`;
    throw new UpdateError("bad_request", words);
  }
  return {
    auto: {
      ...(check !== undefined && { check }),
      ...(time !== undefined && { time }),
      ...(install !== undefined && { install }),
    },
    ...(window !== undefined && { window: window === "any" ? "" : window }),
  };
}
