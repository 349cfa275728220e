import { randomBytes } from "node:crypto";

/** A file of a machine. */
export interface MachineFile {
  text: string;
  /** Default 0644. */
  mode?: number;
}

/** What a container has no use for, or what would reach the kernel's own devices. */
const MASKED = [
  "dev-hugepages.mount",
  "getty.target",
  "kmod-static-nodes.service",
  "proc-sys-fs-binfmt_misc.automount",
  "sys-fs-fuse-connections.mount",
  "systemd-initctl.socket",
  "systemd-journald-audit.socket",
  "systemd-tmpfiles-clean.timer",
  "systemd-tmpfiles-setup-dev.service",
];

/** What a machine has of its own before it boots for the first time: a name, and no mounts to wait for. */
export function firstFiles(): Record<string, MachineFile> {
  return {
    "/etc/hostname": { text: "appliance\n" },
    "/etc/hosts": { text: "127.0.0.1 localhost appliance\n" },
    // An empty one would mean that the machine has never booted, and systemd would enable all that is there.
    "/etc/machine-id": { text: `${randomBytes(16).toString("hex")}\n`, mode: 0o444 },
    "/etc/fstab": { text: "" },
  };
}

/**
 * A drop-in for a unit that gets a /proc of its own, by ProtectKernelTunables, ProtectControlGroups or ProtectProc: without it the
 * unit would see the host's boot id, and every boot of the machine would be the same one to it.
 */
export const OWN_BOOT_ID: MachineFile = {
  text: "[Service]\nBindReadOnlyPaths=/run/boot-id:/proc/sys/kernel/random/boot_id\n",
};

/** What makes a machine's disk ready for its first boot, before there is anything that could be asked. */
export const FIRST_COMMAND = ["systemctl", "--root=/", "mask", ...MASKED];
