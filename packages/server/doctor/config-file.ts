import type { Finding as Problem } from "@pawl/device/config-file";
import { type Finding, trouble, warning } from "@pawl/device/doctor";

const FIX = "`pawl config check` shows the line, and says when it is right";

/** What is wrong with distributions, their facts and folders that the configuration names. All well: nothing. Pure. */
export function assessDeclaredProblems(problems: readonly Pick<Problem, "severity" | "message">[]): Finding[] {
  return problems.map(({ severity, message }) => (severity === "error" ? trouble : warning)(message, FIX));
}
