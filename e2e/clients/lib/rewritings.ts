import type { RewritableAnswer, Rewriting } from "./rewriter.ts";

type Rewrite = Rewriting["rewrite"];
// biome-ignore lint/suspicious/noExplicitAny: a rewriting reaches into JSON as far as it likes, and fails where it isn't so.
type Json = any;

/** Takes a header away. */
export const without =
  (name: string): Rewrite =>
  ({ headers }) => {
    headers.delete(name.toLowerCase());
  };

export const withHeader =
  (name: string, value: string): Rewrite =>
  ({ headers }) => {
    headers.set(name.toLowerCase(), value);
  };

export const withStatus =
  (status: number): Rewrite =>
  (answer) => {
    answer.status = status;
  };

export const withBody =
  (body: string | Buffer): Rewrite =>
  (answer) => {
    answer.body = Buffer.from(body as string);
  };

/** Changes the JSON in place; what is returned, if anything, stands in its stead. */
export const withJson =
  (change: (json: Json) => unknown): Rewrite =>
  (answer) => {
    const json = JSON.parse(answer.body.toString("utf8"));
    answer.body = Buffer.from(JSON.stringify(change(json) ?? json));
  };

/** Ends the body halfway, at the length that was promised for all of it. */
export const cutOff: Rewrite = (answer: RewritableAnswer) => {
  const whole = answer.body.length;
  answer.body = answer.body.subarray(0, Math.floor(whole / 2));
  answer.headers.set("content-length", String(whole));
};

/** A proxy's page in place of the answer. */
export const proxyPage: Rewrite = (answer: RewritableAnswer) => {
  answer.headers.set("content-type", "text/html");
  answer.body = Buffer.from("<html><body><h1>Welcome</h1></body></html>");
};

/** Other bytes, as many as before. */
export const otherBytes: Rewrite = (answer) => {
  answer.body = Buffer.from(answer.body);
  answer.body.fill("\0", 0, 16);
};
