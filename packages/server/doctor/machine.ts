import { readFile } from "node:fs/promises";
import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import { readiness } from "../builders/openwrt-imagebuilder/readiness.ts";
import type { WorkerConfig } from "../config/schema.ts";
import { bare } from "./looks.ts";
import type { Surroundings } from "./surroundings.ts";

/** A program of the system's may take so long, in milliseconds. */
const PROGRAM_MS = 5_000;

/** Whether this machine can build, as far as that is seen without building: a worker tries it out. */
export async function lookAtMachine(
  { sandbox, user }: Pick<WorkerConfig, "sandbox" | "user">,
  around: Surroundings,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { arch, path, uid } = around;
  const works = async (...argv: string[]) =>
    (await around.run(argv, { timeoutMs: PROGRAM_MS, signal, env: { PATH: path, LC_ALL: "C" } })).code === 0;
  const lack = await readiness({ arch, path });
  const findings = [
    lack === null
      ? fine("This machine has the programs that ImageBuilders need")
      : trouble(
          bare(lack),
          arch === "x64" ? "The command in this sentence" : "worker.embedded: false, and a worker elsewhere",
        ),
  ];
  if (sandbox === "none") {
    const title = "Builds run without a sandbox (worker.sandbox: none): packages do on this machine what they like";
    findings.push(warning(title, "worker.sandbox: bubblewrap, unless this machine is there for nothing else"));
  } else {
    const spaces = uid === 0 ? ["--pid", "--mount"] : ["--user", "--map-root-user", "--pid", "--mount"];
    if (!(await works("bwrap", "--version"))) {
      findings.push(trouble("Builds run in bubblewrap, which isn't there", "apt install bubblewrap"));
    } else if (!(await works("unshare", ...spaces, "--fork", "true"))) {
      const fix =
        "sysctl kernel.unprivileged_userns_clone=1; in a container: let it make namespaces, or build elsewhere";
      findings.push(trouble("Builds run in bubblewrap, which can't make namespaces here", fix));
    } else findings.push(fine("Builds have a sandbox: bubblewrap"));
  }
  if (uid === 0 && !(await works("id", "-u", "--", user))) {
    const title = `There is no user ${user}: builds run as a number that is nobody's`;
    findings.push(fine(title, `useradd --system ${user} would give it a name`));
  }
  return [...findings, ...(await lookAtKernel())];
}

async function lookAtKernel(): Promise<Finding[]> {
  const [fileSystems, mounts] = await Promise.all(
    ["/proc/filesystems", "/proc/self/mountinfo"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return assessKernel(fileSystems ?? "", mounts ?? "");
}

/** Whether builds are quick and their limits exact. Pure. @param fileSystems proc_filesystems(5) @param mounts proc_pid_mountinfo(5) */
export function assessKernel(fileSystems: string, mounts: string): Finding[] {
  const findings: Finding[] = [];
  if (!/^nodev\toverlay$/m.test(fileSystems)) {
    const title = "The kernel has no overlay file system: each build copies its ImageBuilder first";
    findings.push(warning(title, "modprobe overlay; echo overlay > /etc/modules-load.d/overlay.conf"));
  }
  const isLimited = / - cgroup2 /.test(mounts) || / - cgroup \S+ \S*\bmemory\b/.test(mounts);
  if (!isLimited) {
    const title = "There are no control groups: how much memory builds take is only looked at now and then";
    findings.push(warning(title, "Mount cgroup2 at /sys/fs/cgroup"));
  }
  return findings;
}
