import { connect } from "node:net";
import type { HealthConfig } from "@pawl/protocol";
import type { HealthProbe, HealthReading } from "./types.ts";
import { connectionTrouble } from "./words.ts";

/** Up is a port that takes a connection. */
export function tcpProbe(config: Extract<HealthConfig, { tcp: string }>): HealthProbe {
  const colon = config.tcp.lastIndexOf(":");
  const host = config.tcp.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const port = Number(config.tcp.slice(colon + 1));
  return {
    name: config.tcp,
    withinMs: config.within,
    steadyMs: config.steady,
    probe: (_expectedVersion, signal) => open(host, port, signal),
  };
}

function open(host: string, port: number, signal: AbortSignal): Promise<HealthReading> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, autoSelectFamily: true });
    const cut = () => socket.destroy(signal.reason);
    signal.addEventListener("abort", cut, { once: true });
    socket.once("close", () => signal.removeEventListener("abort", cut));
    socket.once("connect", () => {
      resolve({ ok: true });
      socket.destroy();
    });
    socket.on("error", (error) => {
      if (signal.aborted) reject(signal.reason);
      else resolve({ ok: false, reason: connectionTrouble(error) });
    });
  });
}
