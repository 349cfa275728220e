import { type MessagePort, parentPort } from "node:worker_threads";
import { openFetchProxy } from "./fetch-proxy.ts";
import type { ProxyLimits } from "./limits.ts";
import type { FetchFailure, FetchProxy, FetchProxyPlace, ProxyLog } from "./types.ts";

/** To this thread. */
export type Order =
  | { kind: "open"; id: number; place: FetchProxyPlace; settings: ThreadSettings; failures: MessagePort }
  | { kind: "close"; id: number };

/** What all of its proxies have in common. */
export interface ThreadSettings {
  cacheDir: string | null;
  limits: Partial<ProxyLimits>;
}

/** From it. */
export type Report =
  | { kind: "opened" | "closed"; id: number }
  | { kind: "refused"; id: number; cause: unknown }
  | { kind: "log"; level: keyof ProxyLog; fields: object; text: string };

interface Open {
  end: AbortController;
  proxy: Promise<FetchProxy>;
}

const open = new Map<number, Open>();
const report = (what: Report) => parentPort?.postMessage(what);
const log: ProxyLog = {
  warn: (fields, text) => report({ kind: "log", level: "warn", fields, text }),
  error: (fields, text) => report({ kind: "log", level: "error", fields, text }),
};

parentPort?.on("message", (order: Order) => void (order.kind === "open" ? begin(order) : finish(order.id)));

async function begin({ id, place, settings, failures }: Order & { kind: "open" }): Promise<void> {
  const end = new AbortController();
  // In its queue before whoever asked learns that it failed: so nothing is missing when it is read.
  const failed = (failure: FetchFailure) => failures.postMessage(failure);
  const proxy = openFetchProxy({ ...place, ...settings, log, signal: end.signal, failed });
  open.set(id, { end, proxy });
  try {
    await proxy;
    report({ kind: "opened", id });
  } catch (cause) {
    open.delete(id);
    report({ kind: "refused", id, cause });
  }
}

async function finish(id: number): Promise<void> {
  const { end, proxy } = open.get(id) ?? {};
  open.delete(id);
  end?.abort();
  // What couldn't be opened was told of already, and of its end there is nothing more to tell.
  await proxy?.then((each) => each[Symbol.asyncDispose]()).catch(() => undefined);
  report({ kind: "closed", id });
}
