import { SECURE_PATH } from "../../system/roots-environment.ts";
import type { Remote } from "./remote.ts";

export interface EnvironmentOptions {
  remote: Remote;
  /** Null: nothing may be asked of the network, not even what git would fetch by itself when it misses an object. */
  network: {
    /** http: the value of an Authorization header. */
    authorization: string | null;
    /** ssh */
    keyFile: string | null;
    knownHostsFile: string | null;
    /** How long it may be silent, in seconds. */
    idleSeconds: number;
    /** What else of this process's environment the way to the network may need. */
    proxies: Record<string, string>;
  } | null;
}

/**
 * Faults in old commits that do no harm: a host whose history has them would otherwise be refused for ever. What could
 * hurt, such as `.git` in a tree, stays an error.
 */
const HARMLESS_FAULTS = [
  "badDate",
  "badDateOverflow",
  "badEmail",
  "badName",
  "badTimezone",
  "missingEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "missingTaggerEntry",
  "multipleAuthors",
  "nulInCommit",
  "zeroPaddedDate",
  "zeroPaddedFilemode",
];

const PROXY_NAMES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/**
 * The whole environment of a git that is started, its configuration included: nothing of this machine's or user's own
 * counts, nothing is asked of a person, and what is secret is in no argument and in no file.
 */
export function gitEnvironment({ remote, network }: EnvironmentOptions): Record<string, string> {
  return {
    PATH: SECURE_PATH,
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    // No program to ask with, rather than one that fails: its failing would be one more line of noise.
    GIT_ASKPASS: "",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    // Empty: none. `ext::` and whatever else a git may know are programs of the remote's choice.
    GIT_ALLOW_PROTOCOL: network ? "https:http:ssh:file" : "",
    // What git fetches by itself it may fetch without an end: of a shallow repository it asks for ever more (git 2.39).
    GIT_NO_LAZY_FETCH: "1",
    ...network?.proxies,
    ...(network ? sshCommand(network) : {}),
    ...configuration([...SETTINGS, ...(network ? settingsOf(remote, network) : [])]),
  };
}

/** What of an environment tells the way to the network. */
export function proxiesOf(env: Record<string, string | undefined>): Record<string, string> {
  const given = PROXY_NAMES.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  // curl, as git uses it, knows a file of certificates by git's name for it only.
  const bundle = env.GIT_SSL_CAINFO ?? env.SSL_CERT_FILE;
  return { ...Object.fromEntries(given), ...(bundle ? { GIT_SSL_CAINFO: bundle } : {}) };
}

type Setting = readonly [key: string, value: string];

const SETTINGS: readonly Setting[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.attributesFile", "/dev/null"],
  ["core.excludesFile", "/dev/null"],
  ["core.autocrlf", "false"],
  ["core.symlinks", "true"],
  ["core.protectHFS", "true"],
  ["core.protectNTFS", "true"],
  ["credential.helper", ""],
  ["protocol.ext.allow", "never"],
  ["submodule.recurse", "false"],
  ["fetch.recurseSubmodules", "false"],
  ["fetch.fsckObjects", "true"],
  ["fetch.unpackLimit", "1"],
  ["transfer.bundleURI", "false"],
  // Tidied now and then, while somebody waits for it and may end it: nothing goes on in the background.
  ["gc.autoDetach", "false"],
  ["maintenance.autoDetach", "false"],
  ["gc.autoPackLimit", "30"],
  ["gc.reflogExpire", "now"],
  ["advice.detachedHead", "false"],
  ...HARMLESS_FAULTS.map((fault) => [`fetch.fsck.${fault}`, "ignore"] as const),
];

function settingsOf(remote: Remote, network: NonNullable<EnvironmentOptions["network"]>): Setting[] {
  return [
    ["remote.origin.url", remote.url],
    // Git would take the secrets along: where a redirect leads is decided in redirect.ts.
    ["http.followRedirects", "false"],
    ["http.lowSpeedLimit", "1"],
    ["http.lowSpeedTime", String(network.idleSeconds)],
    ...(network.authorization !== null && remote.origin !== null
      ? [[`http.${remote.origin}/.extraHeader`, `Authorization: ${network.authorization}`] as const]
      : []),
  ];
}

/** git-config(1), GIT_CONFIG_COUNT: since git 2.31. */
function configuration(settings: readonly Setting[]): Record<string, string> {
  return Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(settings.length)],
    ...settings.flatMap(([key, value], n) => [
      [`GIT_CONFIG_KEY_${n}`, key],
      [`GIT_CONFIG_VALUE_${n}`, value],
    ]),
  ]);
}

/**
 * A shell reads GIT_SSH_COMMAND, so no value is in it: they come by the environment. What the user's own ssh
 * configuration says of the host, such as another name or a proxy, counts.
 */
function sshCommand({ keyFile, knownHostsFile, idleSeconds }: NonNullable<EnvironmentOptions["network"]>) {
  const words = [
    "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ForwardAgent=no -o PermitLocalCommand=no -o ClearAllForwardings=yes",
    '-o ConnectTimeout="$PAWL_SSH_IDLE" -o ServerAliveInterval="$PAWL_SSH_IDLE" -o ServerAliveCountMax=1',
    ...(keyFile === null ? [] : ['-o IdentitiesOnly=yes -o "IdentityFile=\\"$PAWL_SSH_KEY\\""']),
    ...(knownHostsFile === null
      ? []
      : ['-o "UserKnownHostsFile=\\"$PAWL_SSH_HOSTS\\"" -o GlobalKnownHostsFile=/dev/null']),
  ];
  return {
    GIT_SSH_COMMAND: words.join(" "),
    GIT_SSH_VARIANT: "ssh",
    PAWL_SSH_IDLE: String(idleSeconds),
    ...(keyFile === null ? {} : { PAWL_SSH_KEY: forSsh(keyFile) }),
    ...(knownHostsFile === null ? {} : { PAWL_SSH_HOSTS: forSsh(knownHostsFile) }),
  };
}

/** ssh_config(5), TOKENS: a percent sign that stands for itself is doubled. */
function forSsh(path: string): string {
  return path.replaceAll("%", "%%");
}
