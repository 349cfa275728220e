import type { FailureCode, Outcome } from "@pawl/protocol";

/** What scripts can rely on; listed in docs/cli.md. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  rolledBack: 3,
  busy: 4,
  nothingToDo: 5,
  cancelled: 6,
  interrupted: 130,
} as const;

/** The exit code for an error of a command. */
export function exitCodeOf(code: FailureCode): number {
  switch (code) {
    case "busy":
      return EXIT.busy;
    case "up_to_date":
    case "no_backup":
    case "downgrade_refused":
      return EXIT.nothingToDo;
    case "config_invalid":
    case "bad_request":
    case "unknown_app":
    case "unauthorized":
    case "forbidden":
      return EXIT.usage;
    case "cancelled":
      return EXIT.cancelled;
    default:
      return EXIT.failed;
  }
}

/** The exit code for how an update ended. */
export function exitCodeOfOutcome({ result, failure }: Pick<Outcome, "result" | "failure">): number {
  switch (result) {
    case "success":
      return EXIT.ok;
    case "rolled_back":
    case "undone":
      return EXIT.rolledBack;
    case "cancelled":
      return EXIT.cancelled;
    case "failed":
      return failure ? exitCodeOf(failure.code) : EXIT.failed;
  }
}
