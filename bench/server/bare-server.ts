import { createServer } from "node:http";
import { json } from "node:stream/consumers";

// A program of its own: answers every request with what it read from its standard input, and nothing else.
const { headers, body } = (await json(process.stdin)) as { headers: string[]; body: string };
const bytes = Buffer.from(body, "base64");
const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(bytes);
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
