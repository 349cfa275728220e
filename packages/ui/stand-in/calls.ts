/** A question as it came in. */
export interface Asked<Body = unknown> {
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  headers: Headers;
  body: Body;
  signal: AbortSignal;
}

/** An answer with another status than 200, or with headers. */
export class Reply<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: Body, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** Thrown in place of an answer: what the API says when it doesn't do what it was asked. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`the stand-in refuses with ${reply.status}`);
    this.reply = reply;
  }
}

/** Server-sent events, as the description of an API has their data. */
export class Events<Data> {
  readonly of: (signal: AbortSignal) => AsyncIterable<{ id?: string; event?: string; data: Data | null }>;

  constructor(of: Events<Data>["of"]) {
    this.of = of;
  }
}

type Method = "get" | "post" | "delete";
type MethodsOf<Path> = { [M in Method]: Path extends Record<M, { responses: object }> ? M : never }[Method];

/** The names of an API's calls, `POST /api/v2/builds`, from its generated `paths`. */
export type CallName<Paths> = {
  [P in keyof Paths & string]: `${Uppercase<MethodsOf<Paths[P]>>} ${P}`;
}[keyof Paths & string];

type Operation<Paths, Name> = Name extends `${infer M} ${infer P}`
  ? P extends keyof Paths
    ? Lowercase<M> extends keyof Paths[P]
      ? Paths[P][Lowercase<M>]
      : never
    : never
  : never;

type BodyOf<O> = O extends { requestBody?: { content: { "application/json": infer Body } } } ? Body : undefined;
type Succeeded<O> = O extends { responses: infer R } ? R[Extract<keyof R, 200 | 201 | 202 | 204>] : never;
type Told<S> = S extends { content: { "application/json": infer Body } }
  ? Body | Reply<Body>
  : S extends { content: { "text/event-stream": infer Data } }
    ? Events<Data>
    : Reply<null>;
type Handler<O> = (asked: Asked<BodyOf<O>>) => Told<Succeeded<O>> | Promise<Told<Succeeded<O>>>;

/** What answers to each call: one that the API's description doesn't have, or a field too few, doesn't compile. */
export type Calls<Paths> = { [Name in CallName<Paths>]: Handler<Operation<Paths, Name>> };

/** A call with what stands behind it. */
export interface Answering {
  method: string;
  pattern: RegExp;
  handle: (asked: Asked<never>) => unknown;
}

/** A table of calls as something that can be looked up. */
export function answering(
  calls: Readonly<Record<string, ((asked: Asked<never>) => unknown) | undefined>>,
): Answering[] {
  return Object.entries(calls).flatMap(([name, handle]) => {
    const [method = "", path = ""] = name.split(" ");
    const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
    return handle ? [{ method, pattern, handle }] : [];
  });
}
