import type { Section } from "./text.ts";

/**
 * What no part of Pawl needs, and no program that it starts by itself. Node needs memory that is writable and executable for its
 * compiler, so MemoryDenyWriteExecute stays out; and it is killed by a filter that doesn't answer with an error.
 *
 * ProtectKernelTunables and ProtectControlGroups mount another /proc. In a container that has a boot id of its own this shows
 * the host's, by which every process outside of this unit would seem to be of another boot, and dead. So it is only written
 * protected where it is.
 */
export const KERNEL_IS_OUT_OF_REACH: Section = [
  "NoNewPrivileges=yes",
  "PrivateDevices=yes",
  "ReadOnlyPaths=-/proc/sys -/sys",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "LockPersonality=yes",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "KeyringMode=private",
  "RemoveIPC=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "SystemCallErrorNumber=EPERM",
];

/**
 * For the unprivileged side, which talks to release hosts and, through D-Bus, to systemd, and has nothing to gain elsewhere. No
 * ProtectProc: it looks whether root's process that holds a lock is alive.
 */
export const UNPRIVILEGED: Section = [
  ...KERNEL_IS_OUT_OF_REACH,
  "SystemCallFilter=~@privileged @resources",
  "CapabilityBoundingSet=",
  "AmbientCapabilities=",
  "RestrictSUIDSGID=yes",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
];

/** Where sudo is the way to root, nothing may imply NoNewPrivileges, with which sudo refuses to work. */
export const UNPRIVILEGED_WITH_SUDO: Section = ["KeyringMode=private", "RemoveIPC=yes"];
