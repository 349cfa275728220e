import { connect } from "node:net";
import { freePort } from "../appliance/appliance.ts";

/** The port people will see, or another when that is taken. */
export async function portOr(wanted: number): Promise<number> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = connect(wanted, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
  return taken ? freePort() : wanted;
}
