import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Where it begins: the tests' browser takes this name for that address, since a device answers to no other. */
export const WIRED = { name: "localhost", address: "127.0.0.2" } as const;

/** What is between a browser and a server, and can be cut in the middle of whatever goes over it. */
export class Wire implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #state: { isCut: boolean };

  private constructor(server: Server, sockets: Set<Socket>, state: { isCut: boolean }) {
    this.url = `http://${WIRED.name}:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#sockets = sockets;
    this.#state = state;
  }

  /** At the server's own port. @param to the address of the server, which may be away and come back */
  static async lay(to: string): Promise<Wire> {
    const { hostname, port } = new URL(to);
    const sockets = new Set<Socket>();
    const state = { isCut: false };
    const keep = (socket: Socket, other: () => Socket) => {
      sockets.add(socket);
      socket.on("error", () => other().destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other().destroy();
      });
    };
    const server = createServer((near) => {
      if (state.isCut) return void near.destroy();
      const far = connect(Number(port), hostname);
      keep(near, () => far);
      keep(far, () => near);
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(Number(port), WIRED.address, resolve));
    return new Wire(server, sockets, state);
  }

  /** Breaks off what goes over it; from now on nobody gets through. */
  cut(): void {
    this.#state.isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#state.isCut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
