import { connect } from "node:net";
import { freePort } from "../appliance/free-port.ts";

/** The port people will see, or another when that is taken. */
export async function portOr(wanted: number): Promise<number> {
  return (await isTaken(wanted)) ? freePort() : wanted;
}

/** Whether somebody listens there on this machine. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
