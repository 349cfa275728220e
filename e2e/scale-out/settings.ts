import { join } from "node:path";
import { MIRROR_KEYS } from "@pawl/testkit";

/** Where everything of one set-up is. */
export interface Places {
  /** With all files of all processes. */
  folder: string;
  databaseUrl: string;
  mirrorUrl: string;
  storeUrl: string;
  /** Where clients ask. */
  publicUrl: string;
}

/** Whoever has these may read and write the object store of a set-up. */
export const STORE_KEYS = { id: "S3RVER", secret: "S3RVER" } as const;
export const BUCKET = "pawl";

type Settings = Readonly<Record<string, unknown>>;

/** What servers and workers have in common: all of them have the same file but for who they are. */
function shared({ databaseUrl, mirrorUrl, storeUrl }: Places, more: Settings): Settings {
  const { usign, apk } = MIRROR_KEYS;
  return {
    database: { url: databaseUrl, connections: 6 },
    store: {
      s3: {
        endpoint: storeUrl,
        bucket: BUCKET,
        access_key_id: STORE_KEYS.id,
        secret_access_key: STORE_KEYS.secret,
      },
    },
    distributions: { openwrt: { upstream_url: mirrorUrl, keys: { usign: [usign.public], apk: [apk.pem] } } },
    ...more,
  };
}

/** `pawl-server.yaml` of a server that builds nothing itself. */
export function serverSettings(places: Places, name: string, port: number, more: Settings = {}): Settings {
  return {
    ...shared(places, more),
    listen: `127.0.0.1:${port}`,
    state_dir: join(places.folder, name),
    public_url: places.publicUrl,
    // The front says nothing of whom it asks for; clients that stand for many say it themselves.
    trusted_proxies: ["127.0.0.1"],
    worker: { embedded: false },
  };
}

/** `pawl-server.yaml` of a worker. Those of one machine have a state folder in common. */
export function workerSettings(places: Places, name: string, machine: string, more: Settings = {}): Settings {
  return { ...shared(places, more), state_dir: join(places.folder, machine), worker: { name } };
}
