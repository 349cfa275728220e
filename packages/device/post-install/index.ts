import type { Manifest, PostInstallStep } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { PREFLIGHT_HOOK } from "../preflight/hook.ts";
import { hookPath, hookTrouble } from "../system/hook-file.ts";
import { isMissing } from "../system/run.ts";
import { lastWords } from "../system/services/words.ts";
import { createServices } from "../system/services.ts";
import type { Run, RunResult } from "../system/types.ts";

export interface PostInstallParts {
  run: Run;
  /** Of the app, for hooks and commands. */
  app: string;
  hooksDir: string;
  allowCommands: boolean;
}

type OnLine = (line: string) => void;

/** What a release asks for after it was put in place (`post_install`, contract device-api.md §6). */
export interface PostInstall {
  /** Throws UpdateError `requires_unmet` for a hook this device doesn't have, or commands it doesn't allow. */
  check(manifest: Manifest): Promise<void>;
  /** Every step in its order. Programs get PAWL_APP, PAWL_FROM (empty before the first release) and PAWL_VERSION. Throws UpdateError `restart_failed` with the first that fails. */
  run(manifest: Manifest, signal: AbortSignal, onLine: OnLine, from?: string | null): Promise<void>;
  /** For a release that is gone back to: the units that either named. Throws like `run`. */
  refresh(manifests: readonly Manifest[], signal: AbortSignal, onLine: OnLine): Promise<void>;
}

/** For a hook or a command, in milliseconds. */
const PROGRAM_MS = 5 * 60_000;
const SYSTEMCTL_MS = 90_000;
/** Where programs are on a device, whoever started Pawl. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function createPostInstall({ run, app, hooksDir, allowCommands }: PostInstallParts): PostInstall {
  return {
    async check({ version, post_install }) {
      for (const step of post_install) {
        const trouble = await troubleWith(step);
        if (trouble) throw new UpdateError("requires_unmet", `${version} ${trouble}`, { version });
      }
    },

    async run({ version, post_install }, signal, onLine, from = null) {
      for (const step of post_install) await carryOut(step, { version, from }, signal, onLine);
    },

    async refresh(manifests, signal, onLine) {
      const failures: unknown[] = [];
      for (const step of refreshing(manifests)) {
        await carryOut(step, { version: "", from: null }, signal, onLine).catch((error) => {
          signal.throwIfAborted();
          failures.push(error);
        });
      }
      if (failures.length > 0) throw failures[0];
    },
  };

  /** What keeps a step from being done on this device, going on from the release's version. */
  async function troubleWith(step: PostInstallStep): Promise<string | null> {
    if (typeof step === "string") {
      if (allowCommands) return null;
      return `wants to run a command of its own (${shown(step)}), which this device doesn't allow. Set install.bundle.allow_commands: true in pawl.yaml if you trust its publisher.`;
    }
    if ("run" in step) {
      if (step.run === PREFLIGHT_HOOK) return `asks for the hook ${step.run}, which is the device's own.`;
      const trouble = await hookTrouble(hooksDir, step.run);
      return trouble && `asks for the hook ${step.run}, and ${trouble}`;
    }
    const found = await run(["systemctl", "--version"], { timeoutMs: SYSTEMCTL_MS });
    return isMissing(found, "systemctl") ? "gives work to systemd, which this device doesn't have." : null;
  }

  async function carryOut(step: PostInstallStep, move: Switch, signal: AbortSignal, onLine: OnLine): Promise<void> {
    const { version } = move;
    // The device's owner may have changed something since the release was staged.
    const trouble = typeof step === "string" || "run" in step ? await troubleWith(step) : null;
    if (trouble) throw new UpdateError("restart_failed", `${version} ${trouble}`, { version });
    if (typeof step === "string") {
      onLine(`Running ${shown(step)}`);
      return program(`The command ${shown(step)}`, ["sh", "-c", step], move, signal, onLine);
    }
    if ("run" in step) {
      onLine(`Running the hook ${step.run}`);
      return program(`The hook ${step.run}`, [hookPath(hooksDir, step.run)], move, signal, onLine);
    }
    if ("daemon_reload" in step) {
      onLine("Telling systemd to read its units again");
      const result = await run(["systemctl", "daemon-reload"], { timeoutMs: SYSTEMCTL_MS, signal, onLine });
      return succeeded("systemctl daemon-reload", result, SYSTEMCTL_MS);
    }
    const unit = "restart" in step ? { unit: step.restart, optional: false } : { reload: step.reload, optional: false };
    await createServices([unit], run, SYSTEMCTL_MS).restart(signal, onLine);
  }

  async function program(
    name: string,
    argv: readonly string[],
    { version, from }: Switch,
    signal: AbortSignal,
    onLine: OnLine,
  ): Promise<void> {
    const env = { PATH, PAWL_APP: app, PAWL_FROM: from ?? "", PAWL_VERSION: version, PAWL_ACTION: "post_install" };
    succeeded(name, await run(argv, { timeoutMs: PROGRAM_MS, signal, env, onLine }), PROGRAM_MS);
  }
}

interface Switch {
  version: string;
  from: string | null;
}

/** Units only: what a hook or a command did once isn't done again for an older release. A restart includes a reload. */
function refreshing(manifests: readonly Manifest[]): PostInstallStep[] {
  const steps = manifests.flatMap(({ post_install }) => post_install).filter((step) => typeof step !== "string");
  const restarts = new Set(steps.flatMap((step) => ("restart" in step ? [step.restart] : [])));
  const reloads = new Set(steps.flatMap((step) => ("reload" in step ? [step.reload] : [])));
  return [
    ...(steps.some((step) => "daemon_reload" in step) ? [{ daemon_reload: true } as const] : []),
    ...[...restarts].map((restart) => ({ restart })),
    ...[...reloads].filter((unit) => !restarts.has(unit)).map((reload) => ({ reload })),
  ];
}

function succeeded(name: string, result: RunResult, timeoutMs: number): void {
  if (result.code === 0) return;
  throw new UpdateError("restart_failed", `${name} failed: ${lastWords(result, timeoutMs)}`, {
    detail: (result.stderr || result.stdout).slice(-2000).trim() || null,
  });
}

/** A command in one line that fits into a sentence. */
function shown(command: string): string {
  const line = command.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
