import type { SettingsAnswer, Status } from "@pawl/protocol";
import { when } from "./times.ts";

export interface AutoView {
  title: string;
  auto: Status["auto"];
  /** What comes from the owner rather than from `pawl.yaml`. */
  own: SettingsAnswer["own"];
  now: Date;
  app?: string | undefined;
}

/** What is done by itself, in sentences. */
export function autoWords({ title, auto, own, now, app }: AutoView): string {
  const here = app === undefined ? "" : ` --app ${app}`;
  const lines = auto.check
    ? [`${title} checks for updates every day at ${auto.time}${next(auto, now)}.`, installs(auto)]
    : [`${title} doesn't check for updates by itself. pawl auto on${here} changes that.`];
  const mine = own.flatMap((name) => NAMES[name] ?? []);
  if (mine.length > 0)
    lines.push(`Chosen by you over pawl.yaml: ${mine.join(", ")}. pawl auto --reset${here} takes it back.`);
  return `${lines.join("\n")}\n`;
}

const NAMES: Partial<Record<SettingsAnswer["own"][number], string>> = {
  "auto.check": "whether to check",
  "auto.time": "the time",
  "auto.install": "whether to install",
  window: "the window",
};

function next({ next_run }: Status["auto"], now: Date): string {
  return next_run === null ? "" : `, next ${when(next_run, now)} or a little later`;
}

function installs({ install, window }: Status["auto"]): string {
  if (!install) return "What it finds waits until you install it.";
  if (window === null) return "What it finds is installed at once.";
  return `What it finds is installed between ${window.replace("-", " and ")}.`;
}
