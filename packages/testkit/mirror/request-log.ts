import type { IncomingHttpHeaders } from "node:http";
import { fits } from "./faults.ts";

/** One request the mirror got. */
export interface MirrorRequest {
  method: string;
  /** Decoded, without the slash before it. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Null as long as, or if, there is no answer. */
  status: number | null;
  /** Bytes of the body as sent, compressed or not. */
  bytes: number;
}

/** Requests in sum. */
export interface Traffic {
  requests: number;
  /** Answers with a body, but for those of errors. */
  bodies: number;
  bytes: number;
  /** Answers 304. */
  notModified: number;
  /** Answers from 400 up, or none. */
  failed: number;
}

export class RequestLog {
  readonly requests: MirrorRequest[] = [];

  add(method: string, path: string, headers: IncomingHttpHeaders): MirrorRequest {
    const request = { method, path, headers, status: null, bytes: 0 };
    this.requests.push(request);
    return request;
  }

  /** Sums up what came for paths that fit a prefix or glob; all, without one. */
  traffic(pattern = ""): Traffic {
    const sum: Traffic = { requests: 0, bodies: 0, bytes: 0, notModified: 0, failed: 0 };
    for (const { path, status, bytes } of this.requests) {
      if (!fits(pattern, path)) continue;
      sum.requests++;
      sum.bytes += bytes;
      if (status === 304) sum.notModified++;
      else if (status === null || status >= 400) sum.failed++;
      else if (bytes > 0) sum.bodies++;
    }
    return sum;
  }

  clear(): void {
    this.requests.length = 0;
  }
}
