export interface Mount {
  /** What of the file system is shown: `/`, or a folder of it. */
  root: string;
  path: string;
  type: string;
  /** Of the file system itself. */
  options: readonly string[];
}

/** /proc/self/mountinfo: proc(5). */
export function parseMounts(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    // 36 35 98:0 /root /path rw,noatime master:1 - type source options
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, path] = before.split(" ");
    const [type, , options = ""] = after.split(" ");
    if (root === undefined || path === undefined || type === undefined) return [];
    return [{ root: plain(root), path: plain(path), type, options: options.split(",") }];
  });
}

/** A space is `\040`. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
