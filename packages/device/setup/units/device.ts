import { isIP } from "node:net";
import { UpdateError } from "../../error.ts";
import { PLACES } from "../../helper/places.ts";
import { type Address, parseAddress } from "../../listen-address.ts";
import { API_USER } from "../things/user.ts";
import { unitText } from "./text.ts";
import type { Unit, UnitFacts } from "./types.ts";
import { unprivileged } from "./unprivileged.ts";

/** systemd listens for Pawl: while nobody wants anything, no process of ours is there. */
export function deviceSocket({ config }: UnitFacts): Unit {
  const address = parseAddress(config.listen);
  const isUnix = address.kind === "unix";
  return {
    name: "pawl-device.socket",
    text: unitText({
      Unit: ["Description=Update API of this device (Pawl)"],
      Socket: [
        `ListenStream=${streamOf(address)}`,
        // An address this device doesn't have yet, at boot.
        isUnix ? null : "FreeBind=yes",
        isUnix ? "SocketMode=0660" : null,
        isUnix ? `SocketGroup=${API_USER}` : null,
        isUnix ? "RemoveOnStop=yes" : null,
      ],
      Install: ["WantedBy=sockets.target"],
    }),
  };
}

/** Starts with the first request, ends by itself (`idle_exit`). */
export function deviceService(facts: UnitFacts): Unit {
  return {
    name: "pawl-device.service",
    text: unitText({
      Unit: [
        "Description=Update API of this device (Pawl)",
        "Requires=pawl-device.socket",
        "After=pawl-device.socket pawl-recover.service",
        // It comes and goes as people look; and a limit reached would close the socket for good.
        "StartLimitIntervalSec=0",
      ],
      Service: [
        "Type=exec",
        `ExecStart=${PLACES.program} device`,
        "Restart=on-failure",
        // Slow enough for a small device whose pawl.yaml is broken.
        "RestartSec=10s",
        "TimeoutStopSec=30s",
        ...unprivileged(facts),
      ],
    }),
  };
}

/** As systemd takes it and shows it: an IP address with its port, or the path of a socket. Throws UpdateError `config_invalid`. */
export function streamOf(address: Address): string {
  if (address.kind === "unix") return address.path.replaceAll("%", "%%");
  const host = address.host === "localhost" ? "127.0.0.1" : address.host;
  if (isIP(host) === 0 || address.port === 0) {
    throw new UpdateError(
      "config_invalid",
      `systemd can't listen on ${address.host}:${address.port}: listen in ${PLACES.config} must be an IP address with a port, such as 127.0.0.1:7320, or unix:/run/pawl/api.sock.`,
      { path: PLACES.config },
    );
  }
  // systemd shows an IPv6 address in its shortest form.
  return `${isIP(host) === 6 ? new URL(`http://[${host}]`).hostname : host}:${address.port}`;
}
