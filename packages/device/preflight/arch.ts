/** The names one kind of processor goes by, Node's first: `uname -m`, Debian and Docker each have their own. */
const SAME: readonly (readonly string[])[] = [
  ["x64", "x86_64", "amd64"],
  ["arm64", "aarch64"],
  ["arm", "armhf", "armv6l", "armv7l"],
  ["ia32", "x86", "i386", "i486", "i586", "i686"],
];

/**
 * Whether a release for `asked` runs here. `arch` is that of this process, which counts where a 32-bit system runs on a
 * 64-bit kernel; `machine` is what `uname -m` says. Pure.
 */
export function isArch(asked: string, { arch, machine }: { arch: string; machine: string }): boolean {
  const name = asked.toLowerCase();
  // A Pi Zero ends programs made for its younger sisters with "illegal instruction".
  if (name === "armv7l" && machine === "armv6l") return false;
  const known = kindOf(arch);
  return kindOf(name) === known || (kindOf(machine) === machine && name === machine);
}

function kindOf(name: string): string {
  return SAME.find((names) => names.includes(name))?.[0] ?? name;
}
