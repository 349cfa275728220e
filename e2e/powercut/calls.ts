/** The system calls by which a process changes a file system, or opens what it then changes. */
export const CALLS = [
  ...["openat", "write", "writev", "pwrite64", "pwritev", "pwritev2", "copy_file_range", "sendfile"],
  ...["fsync", "fdatasync", "syncfs", "sync_file_range"],
  ...["rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat"],
  ...["mkdir", "mkdirat", "rmdir", "truncate", "ftruncate", "fallocate"],
  ...["chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "fchownat"],
  ...[
    "utime",
    "utimes",
    "utimensat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
  ],
] as const;

/** One call in a trace, and how it is found again in another run. */
export interface Call {
  name: string;
  /** The first path it names that lies on the device, as the trace shows it. */
  path: string;
  /** Its thread's n-th call of this name on this path, from 1: so strace counts, too. */
  ordinal: number;
  /** Another thread gets to its own n-th such call first: an injection would hit that one. */
  isMasked: boolean;
  /** It opens a file, and only to read it. */
  isLook: boolean;
  /** It opens a file that is there: a cut before it leaves the same disk as the cut before the next change. */
  isIdle: boolean;
}

const LINE = /^(\d+) +(\w+)\((.*)$/;
/** `"…"` as an argument, or the path that strace -y notes behind a file descriptor. */
const PATH = /"((?:[^"\\]|\\.)*)"|\d+<([^<>]*)>/g;
const HELD_FOLDER = /^\/proc\/self\/fd\/\d+\//;
const WRITES = /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/;

/**
 * Every call on something below `root` in the text of a trace (strace -f -y), in the order in which they began. Those of the
 * programs that were started are left out: to end `sync` alone would be no power cut.
 */
export function readCalls(trace: string, root: string): Call[] {
  const calls: Call[] = [];
  const programs = programsIn(trace);
  const counts = new Map<string, Map<string, number>>();
  const made = new Set<string>();
  for (const line of trace.split("\n")) {
    const [, thread = "", name = "", args = ""] = LINE.exec(line) ?? [];
    const paths = pathsOf(name, args).filter((path) => path.startsWith(`${root}/`) || HELD_FOLDER.test(path));
    const [first] = paths;
    if (first === undefined) continue;
    let added: Call | null = null;
    for (const path of new Set(paths)) {
      const key = `${name} ${path}`;
      const byThread = counts.get(key) ?? new Map<string, number>();
      const ordinal = (byThread.get(thread) ?? 0) + 1;
      const isMasked = [...byThread].some(([other, count]) => other !== thread && count >= ordinal);
      counts.set(key, byThread.set(thread, ordinal));
      const isLook = name === "openat" && !WRITES.test(args);
      const isIdle = name === "openat" && !/O_TRUNC|O_EXCL/.test(args) && (!args.includes("O_CREAT") || made.has(path));
      if (path === first) added = { name, path, ordinal, isMasked, isLook, isIdle };
    }
    if (name === "openat" && args.includes("O_CREAT")) made.add(first);
    if (/^(rename|unlink)/.test(name)) made.delete(first);
    if (added && !programs.has(thread)) calls.push(added);
  }
  return calls;
}

/** The paths by which strace -P finds a call: of a rename the old name alone, of a link not what it says. */
function pathsOf(name: string, args: string): string[] {
  const paths = [...args.matchAll(PATH)].map(([, quoted, noted]) => quoted ?? noted ?? "");
  if (name.startsWith("symlink")) return paths.slice(1);
  if (name === "rename") return paths.slice(0, 1);
  // What is written is shown as an argument, too.
  return /^(write|pwrite|f?setxattr|lsetxattr)/.test(name) ? paths.slice(0, 1) : paths;
}

/** Whoever executed another file, except the updater itself, which comes first. */
function programsIn(trace: string): Set<string> {
  const lines = trace.split("\n").map((line) => LINE.exec(line) ?? []);
  const [updater] = lines[0]?.slice(1) ?? [];
  return new Set(
    lines.flatMap(([, thread, name]) => (name === "execve" && thread && thread !== updater ? thread : [])),
  );
}
