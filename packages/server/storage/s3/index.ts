import type { Logger } from "pino";
import type { Store } from "../types.ts";
import { Bucket } from "./bucket.ts";
import { credentialsOf, type S3Config } from "./config.ts";
import { S3Store } from "./s3-store.ts";
import { S3_TIMES, type S3Times } from "./times.ts";

/** For a look at it, in milliseconds: what starts beside it doesn't wait for longer. */
const LOOK = 5_000;

const MOST_LISTED = 1_000;

export interface S3StoreOptions {
  config: S3Config;
  log: Logger;
  signal?: AbortSignal;
  times?: Partial<S3Times>;
  /** Objects on a page of a list. Default: as many as the protocol allows. */
  page?: number;
  /** `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`. Default: the process's. */
  environment?: NodeJS.ProcessEnv;
}

/**
 * A bucket of a store that speaks the S3 protocol. Who opens it starts also while it is away or refuses: the log says why, and so does
 * everything that needs it.
 * @throws ServerError config_invalid
 */
export async function openS3Store({
  config,
  log,
  signal,
  times,
  page = MOST_LISTED,
  environment = process.env,
}: S3StoreOptions): Promise<Store> {
  const all = { ...S3_TIMES, ...times };
  const bucket = await Bucket.open(config, credentialsOf(config, environment), all);
  const store = new S3Store({ bucket, config, times: all, page, log });
  const look = AbortSignal.timeout(LOOK);
  await store.check(signal ? AbortSignal.any([signal, look]) : look).catch((err: unknown) => {
    signal?.throwIfAborted();
    log.warn({ err, store: store.place }, "the store can't be used now");
  });
  return store;
}
