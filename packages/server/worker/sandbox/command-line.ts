import { existsSync, lstatSync, readlinkSync } from "node:fs";
import type { Inside } from "./inside.ts";
import type { Confines } from "./limits/types.ts";
import { placePaths, SHOWN } from "./place/paths.ts";
import { SCRIPTS } from "./scripts/index.ts";
import { PROXY_PORT } from "./types.ts";
import type { Ways } from "./ways.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What of /etc the tools of an ImageBuilder look at and what tells nothing of the machine. */
const ETC = [
  "alternatives",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "ssl/certs",
  "ssl/openssl.cnf",
  "mke2fs.conf",
];

const OWN_ETC = ["passwd", "group", "hosts", "nsswitch.conf"];

/** For programs that share memory by name; part of the build's memory. */
const SHM_BYTES = 64 * 1024 * 1024;

/** Where commands see their folders. */
export function seenPaths({ folder, ways }: Pick<Inside, "folder" | "ways">): {
  tree: string;
  output: string;
  tmp: string;
} {
  if (ways.isolation === "bubblewrap") return { tree: "/builder", output: "/output", tmp: "/tmp" };
  const { tree, output, tmp } = placePaths(folder);
  if (ways.namespaces === "none") return { tree, output, tmp };
  return { tree: `${SHOWN}/builder`, output: `${SHOWN}/output`, tmp: `${SHOWN}/tmp` };
}

/** The whole chain of programs, each becoming the next, that ends as a build's command. Descriptor 3 hears `started` when it does. */
export function buildCommand(
  inside: Inside,
  confines: Confines,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): string[] {
  const { ways } = inside;
  const isBubblewrap = ways.isolation === "bubblewrap";
  const { tree, tmp } = seenPaths(inside);
  const all = { PATH, HOME: tmp, LC_ALL: "C.UTF-8", TMPDIR: tmp, ...env };
  const forward = ["perl", "-e", SCRIPTS.forward, "/run/proxy.sock", String(PROXY_PORT)];
  const innermost = [
    ...["sh", "-c", SCRIPTS.start, "start", "prlimit", "--core=0", ...confines.rlimits, "--"],
    ...(isBubblewrap && inside.proxySocket !== null ? forward : []),
    ...argv,
  ];
  const contained = isBubblewrap
    ? [...bubblewrap(inside, all), "--", ...innermost]
    : [...plain(inside, all), ...innermost];
  const work = isBubblewrap ? "/" : tree;
  return guard(enter(inside, [...dropRights(ways), ...contained], work, confines.joinBy));
}

/** A script of our own, with all rights of ours, in a sandbox's tree as its commands see it. */
export function lookInside(inside: Inside, script: string, args: readonly string[]): string[] {
  const tree = inside.ways.namespaces === "none" ? placePaths(inside.folder).tree : `${SHOWN}/builder`;
  return enter(inside, ["sh", "-c", script, "look", ...args], tree, []);
}

/** Ends with the worker, even when that is killed: contract server.md §3. */
function guard(argv: readonly string[]): string[] {
  return ["setpriv", "--pdeathsig", "KILL", "sh", "-c", SCRIPTS.guard, "guard", String(process.pid), ...argv];
}

/** Within namespaces of its own where there are any: its first process is theirs, so the kernel ends all with it. */
function enter(inside: Inside, argv: readonly string[], work: string, joinBy: readonly string[]): string[] {
  const { folder, tree, ways } = inside;
  const isOverlay = ways.layer === "overlay";
  const socket = ways.isolation === "bubblewrap" ? (inside.proxySocket ?? "") : "";
  const isNamespaced = ways.namespaces !== "none";
  return [
    ...(isNamespaced ? ["unshare", ...namespaceFlags(ways.namespaces)] : []),
    ...[
      "sh",
      "-c",
      SCRIPTS.enter,
      "enter",
      folder,
      isOverlay ? tree : "",
      ways.namespaces === "user" ? ",userxattr" : "",
    ],
    ...[socket, isNamespaced ? SHOWN : "", work, ...joinBy, "--", ...argv],
  ];
}

export function namespaceFlags(namespaces: Ways["namespaces"]): string[] {
  const all = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  return namespaces === "user" ? ["--user", "--map-root-user", ...all] : all;
}

/**
 * `bwrap --uid` alone would leave root outside. A change of user makes a process forget that it is to die with the one above, so it is
 * told again.
 */
function dropRights({ user, namespaces, isolation }: Ways): string[] {
  const rest = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs"];
  if (user) {
    const who = ["--reuid", String(user.uid), "--regid", String(user.gid), "--clear-groups"];
    return [...rest, ...who, "--inh-caps=-all", "--bounding-set=-all"];
  }
  // Root of a user namespace is nobody outside, but tar and others would try to give files away.
  const isSeeminglyRoot = namespaces === "user" && isolation === "none";
  return [...(isSeeminglyRoot ? ["unshare", "--user", "--map-user=1000", "--map-group=1000"] : []), ...rest];
}

function plain({ mark }: Inside, env: Readonly<Record<string, string>>): string[] {
  return ["env", "-i", ...Object.entries({ ...env, PAWL_SANDBOX: mark }).map(([name, value]) => `${name}=${value}`)];
}

function bubblewrap({ proxySocket }: Inside, env: Readonly<Record<string, string>>): string[] {
  return [
    ...["bwrap", "--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000"],
    ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try"],
    ...["--die-with-parent", "--new-session", "--hostname", "builder", "--clearenv"],
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--ro-bind", "/usr", "/usr", ...rootFolders()],
    ...["--perms", "0755", "--dir", "/etc"],
    ...ETC.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
    ...OWN_ETC.flatMap((name) => ["--ro-bind", `${SHOWN}/etc/${name}`, `/etc/${name}`]),
    ...["--proc", "/proc", "--dev", "/dev", "--size", String(SHM_BYTES), "--tmpfs", "/dev/shm"],
    // On the disk, not in memory: what lies there counts as disk, however many commands it outlives.
    ...[
      "--bind",
      `${SHOWN}/tmp`,
      "/tmp",
      "--bind",
      `${SHOWN}/builder`,
      "/builder",
      "--bind",
      `${SHOWN}/output`,
      "/output",
    ],
    ...["--dir", "/run", ...(proxySocket === null ? [] : ["--ro-bind", `${SHOWN}/proxy.sock`, "/run/proxy.sock"])],
    // What bubblewrap makes in memory by itself has no bounds.
    ...["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/builder"],
  ];
}

/** /bin, /lib, …: links into /usr, or folders of their own on systems that haven't merged them. */
function rootFolders(): string[] {
  return ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].flatMap((path) => {
    if (!existsSync(path)) return [];
    return lstatSync(path).isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
  });
}
