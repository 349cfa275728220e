import type { ServerConfig } from "../../config/schema.ts";
import { ServerError } from "../../error.ts";

export type S3Config = NonNullable<ServerConfig["store"]["s3"]>;

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/**
 * The key of the configuration, else the environment's; null: what the SDK finds on a machine of Amazon's.
 * @throws ServerError config_invalid
 */
export function credentialsOf(config: S3Config, environment: NodeJS.ProcessEnv): Credentials | null {
  const { access_key_id: id, secret_access_key: secret } = config;
  if (id !== null && secret !== null) return { accessKeyId: id, secretAccessKey: secret };
  if (id !== null || secret !== null) {
    throw invalid("store.s3.access_key_id and store.s3.secret_access_key have to be set both, or neither.");
  }
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  if (accessKeyId && secretAccessKey) {
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  }
  if (config.endpoint === null) return null;
  throw invalid(
    "There is no key for the store: set store.s3.access_key_id and store.s3.secret_access_key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  );
}

function invalid(sentence: string): ServerError {
  return new ServerError("config_invalid", sentence);
}
