import { connect } from "node:net";

/** What a server answers to these exact bytes, until it closes: status, headers as text, body. */
export async function rawRequest(
  address: string,
  text: string,
): Promise<{ status: number; head: string; body: string }> {
  const at = address.lastIndexOf(":");
  const host = address.slice(0, at).replace(/^\[|\]$/g, "");
  const where = address.startsWith("unix:")
    ? { path: address.slice(5) }
    : { host, port: Number(address.slice(at + 1)) };
  const whole = await new Promise<string>((resolve, reject) => {
    let answer = "";
    const socket = connect(where, () => socket.write(text));
    socket.setEncoding("utf8");
    socket.on("data", (data) => (answer += data));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer")));
  });
  const [head = "", body = ""] = whole.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), head, body };
}

/** A request as its lines. */
export function requestText(start: string, headers: Record<string, string>, body = ""): string {
  const lines = Object.entries({ ...headers, Connection: "close" }).map(([name, value]) => `${name}: ${value}`);
  return [`${start} HTTP/1.1`, ...lines, "", body].join("\r\n");
}
