import { connect } from "node:net";
import pg from "pg";

/** unix(7) socket of PostgreSQL in a folder. */
const socketIn = (folder: string, port: number) => `${folder}/.s.PGSQL.${port}`;

/** Where a database is to be, for people: `db.example:5432`, or its socket. Nobody's name or password is in it. */
export function placeOf(connectionString: string): string {
  const { host, port } = addressOf(connectionString);
  return host.startsWith("/") ? socketIn(host, port) : `${host}:${port}`;
}

/**
 * Whether something answers there that is no PostgreSQL: to a request for TLS a server of PostgreSQL says a single `S` or
 * `N`, or `E` with an error (PostgreSQL's documentation, 54.2.11). False where nothing is said in a second.
 */
export async function isSomethingElse(connectionString: string, signal?: AbortSignal): Promise<boolean> {
  const { host, port } = addressOf(connectionString);
  const socket = host.startsWith("/") ? connect(socketIn(host, port)) : connect(port, host);
  const limit = AbortSignal.any([AbortSignal.timeout(1_000), ...(signal ? [signal] : [])]);
  const answer = await new Promise<Buffer | null>((resolve) => {
    const nothing = () => resolve(null);
    limit.addEventListener("abort", nothing, { once: true });
    socket.once("error", nothing).once("close", nothing).once("data", resolve);
    socket.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
  });
  socket.on("error", () => undefined).destroy();
  if (answer === null) return false;
  const isSingle = answer.length === 1 && (answer[0] === 0x53 || answer[0] === 0x4e);
  return !isSingle && answer[0] !== 0x45;
}

/** As a client that never connects has read it; PGHOST counts where it says nothing. */
function addressOf(connectionString: string): { host: string; port: number } {
  const { host, port } = new pg.Client({ connectionString });
  return { host, port };
}
