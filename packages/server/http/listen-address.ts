import { ServerError } from "../error.ts";

export type ListenAddress = { kind: "tcp"; host: string; port: number } | { kind: "unix"; path: string };

/** `127.0.0.1:8080`, `[::1]:8080`, `:8080` (everywhere), `unix:/run/pawl/server.sock`. @throws config_invalid */
export function parseListenAddress(text: string): ListenAddress {
  const path = /^unix:(\/.+)$/.exec(text)?.[1];
  if (path) return { kind: "unix", path };
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]*)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new ServerError(
      "config_invalid",
      `listen: "${text}" is no address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/pawl/server.sock.`,
    );
  }
  return { kind: "tcp", host: match[1] ?? (match[2] || "::"), port };
}

/** As one would write it, or open it in a browser. */
export function addressWords(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  const everywhere = address.host === "::" || address.host === "0.0.0.0";
  const host = everywhere ? "localhost" : address.host.includes(":") ? `[${address.host}]` : address.host;
  return `http://${host}:${address.port}`;
}
