import { type Finding, fine, type Run, showUnit, trouble, type Unit, warning } from "@pawl/device/doctor";

const NAME = "pawl-server.service";

/** Whether systemd starts the server. */
export async function lookAtUnit(run: Run, signal: AbortSignal): Promise<Finding[]> {
  return [assessUnit(await showUnit(NAME, run, signal))];
}

/** Pure. */
export function assessUnit({ isKnown, isEnabled, isActive, state }: Unit): Finding {
  if (!isKnown) {
    return warning(`There is no ${NAME}: nothing starts the server at boot`, "docs/operator.md says how it is set up");
  }
  if (state === "failed") return trouble(`${NAME} has failed`, `journalctl -u ${NAME} -n 50 says why`);
  if (!isEnabled) return warning(`${NAME} isn't started at boot`, `systemctl enable ${NAME}`);
  if (!isActive) return warning(`${NAME} doesn't run (${state})`, `systemctl start ${NAME}`);
  return fine(`${NAME} runs, and is started at boot`);
}
