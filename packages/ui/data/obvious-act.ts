import type { ChipState } from "./chip-state.ts";
import type { AppStatus } from "./live-app.ts";

/** The one thing that somebody most likely wants to do with an app now. All but `check` and `sign-in` is in the dialog. */
export type ObviousAct =
  | { do: "check" | "sign-in" | "nothing" }
  | { do: "open"; words: "watch" | "waits" | "news" | "why" }
  | { do: "open"; words: "update" | "install"; version: string };

/** Pure. */
export function obviousAct({ name }: Pick<ChipState, "name">, status: AppStatus | null): ObviousAct {
  switch (name) {
    case "available": {
      const version = status?.latest_version ?? "";
      return { do: "open", words: status?.current_version === null ? "install" : "update", version };
    }
    case "updating":
    case "restarting":
    case "testing":
    case "going-back":
      return { do: "open", words: "watch" };
    case "waiting":
      return { do: "open", words: "waits" };
    case "updated":
      return { do: "open", words: "news" };
    case "rolled-back":
    case "undone":
    case "failed":
    case "check-failed":
    case "offline":
    case "limited":
      return { do: "open", words: "why" };
    case "unauthorized":
      return { do: "sign-in" };
    case "asking":
    case "away":
    case "refused":
      return { do: "nothing" };
    case "checking":
    case "never-checked":
    case "stale":
    case "skipped":
    case "held-back":
    case "empty":
    case "up-to-date":
      return { do: "check" };
  }
}
