/** A service as the init scripts of all packages are. */
export function serviceScript(name: string, start: number, stop?: number): Buffer {
  const lines = [
    "#!/bin/sh /etc/rc.common",
    "",
    `START=${String(start).padStart(2, "0")}`,
    ...(stop === undefined ? [] : [`STOP=${stop}`]),
    "",
    "start() {",
    `\t/usr/sbin/${name}`,
    "}",
    "",
  ];
  return Buffer.from(lines.join("\n"));
}
