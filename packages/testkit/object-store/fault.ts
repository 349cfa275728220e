/** What goes wrong between a client and the store. */
export type StoreFault =
  /** The store says so, in its own words: `{ status: 503, code: "SlowDown" }`. */
  | { kind: "status"; status: number; code?: string }
  /** The request is taken and never answered. */
  | { kind: "hang" }
  /** The answer's body comes so many bytes a second. */
  | { kind: "slow"; bytesPerSecond: number }
  /** 200 for a put of which nothing is kept. */
  | { kind: "lose" }
  /** One byte is another: of what is put, or of what comes back. */
  | { kind: "alter" }
  /** The connection ends after so many bytes of the answer's body. */
  | { kind: "cut"; after: number }
  /** The connection ends before an answer. */
  | { kind: "reset" };

export interface StoreRequest {
  method: string;
  /** With the bucket's name in front: `/pawl/…`, without what comes after `?`. */
  path: string;
}

interface Planned {
  fits: (request: StoreRequest) => boolean;
  fault: StoreFault;
  left: number;
}

/** Which requests go wrong. The first plan that fits and isn't used up counts. */
export class StoreFaultPlan {
  #planned: Planned[] = [];

  add(fits: Planned["fits"], fault: StoreFault, times: number): void {
    this.#planned.push({ fits, fault, left: times });
  }

  clear(): void {
    this.#planned = [];
  }

  take(request: StoreRequest): StoreFault | null {
    const found = this.#planned.find(({ fits, left }) => left > 0 && fits(request));
    if (!found) return null;
    found.left--;
    return found.fault;
  }
}
