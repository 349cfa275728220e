/** What kind of machine ImageBuilders run on; their archives are called `….Linux-x86_64.tar.zst`. */
export const BUILDER_ARCHITECTURE = "x86_64";

/**
 * The queue of what one target's builders make on one kind of machine: `openwrt/ath79/generic/x86_64`. What pg-boss
 * doesn't take in a name becomes `-`.
 */
export function queueName(of: { distribution: string; target: string; architecture: string }): string {
  return `${of.distribution}/${of.target}/${of.architecture}`.replace(/[^\w./-]/g, "-");
}

/** Where a build waits. */
export function queueOf({ inputs }: { inputs: { distribution: string; target: string } }): string {
  return queueName({ ...inputs, architecture: BUILDER_ARCHITECTURE });
}

/** The machine a process runs on, as archives call it. */
export function hostArchitecture(): string {
  return HOSTS[process.arch] ?? process.arch;
}

const HOSTS: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** Whether somebody with these labels builds what is in a queue: `*` is any text, `ath79/*`, `ath79/generic`. */
export function serves(worker: { targets: readonly string[]; architecture: string }, queue: string): boolean {
  const [, target, architecture] = /^[^/]+\/(.+)\/([^/]+)$/.exec(queue) ?? [];
  if (target === undefined || architecture !== worker.architecture) return false;
  return worker.targets.some((pattern) => matches(pattern, target));
}

/** The target, as people say it. */
export function targetOf(queue: string): string {
  return /^[^/]+\/(.+)\/[^/]+$/.exec(queue)?.[1] ?? queue;
}

function matches(pattern: string, target: string): boolean {
  const text = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${text}$`).test(target);
}
