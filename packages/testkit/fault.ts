/** What a ReleaseHost does wrong with a request. */
export type Fault =
  /** Takes the request and never answers. */
  | { kind: "hang" }
  /** Sends the right headers, then the body one byte a second. */
  | { kind: "slow-loris" }
  /** 403 as GitHub says it: `retryAfter` in seconds or as a date, `reset` in seconds since 1970. */
  | { kind: "rate-limit"; retryAfter?: number | string; reset?: number }
  | { kind: "status"; status: number; headers?: Record<string, string> }
  /** 200 with a web page, as captive portals and single-page hosts do. */
  | { kind: "html" }
  /** `to` takes the place of the prefix: a path, or the address of another host. */
  | { kind: "redirect"; to: string }
  /** Destroys the connection after so many bytes of the body. */
  | { kind: "truncate"; after: number }
  /** A body that never ends, of no stated length. */
  | { kind: "oversize" }
  /** One byte of the file, counted from its start, is another. */
  | { kind: "corrupt"; at: number }
  /** Answers 200 with the whole file, whatever range was asked for. */
  | { kind: "ignore-range" }
  /** Answers 416 to every range. */
  | { kind: "refuse-range" }
  /** A new ETag, and no Last-Modified, with every answer. */
  | { kind: "change-etag" };

interface Planned {
  prefix: string;
  fault: Fault;
  left: number;
}

/** The faults that are still to come. Those of one prefix take turns in the order they were planned. */
export class FaultPlan {
  #planned: Planned[] = [];

  add(prefix: string, fault: Fault, times: number): void {
    this.#planned.push({ prefix, fault, left: times });
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault for a request, used up by one. */
  take(path: string): { prefix: string; fault: Fault } | null {
    const next = this.#planned.find((planned) => planned.left > 0 && path.startsWith(planned.prefix));
    if (!next) return null;
    next.left--;
    return { prefix: next.prefix, fault: next.fault };
  }
}
