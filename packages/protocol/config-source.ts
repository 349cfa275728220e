import * as z from "zod";
import { AbsolutePath, Repo, TokenFile, WebAddress } from "./config-values.ts";

/** What git understands as a remote, of the transports that are allowed; never an option, never `ext::`. */
const GitAddress = z
  .string()
  .max(2048)
  .regex(
    /^(?:(?:https?|ssh):\/\/[^\s\0/-][^\s\0]*|file:\/\/\/[^\0\n]+|(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!\/\/|:)[^\s\0:-][^\s\0]*)$/,
    "must be the address of a git repository: https://…, ssh://… or file:///…",
  );

/** A static folder on any web server or CDN; `url` is that of `index.json`, or of the folder that holds it. */
export const HttpSource = z.strictObject({ url: WebAddress, token_file: TokenFile });
export type HttpSource = z.infer<typeof HttpSource>;

/** A repository on GitHub, or on a GitHub Enterprise Server: then `url` is that of its API, `https://host/api/v3`. */
export const GithubSource = z.strictObject({
  url: WebAddress.default("https://api.github.com"),
  repo: Repo,
  token_file: TokenFile,
  /** Its releases, or its branches: then channels are branches, by the API, without git on the device. */
  follow: z.enum(["releases", "branches"]).default("releases"),
});
export type GithubSource = z.infer<typeof GithubSource>;

/** Releases of a repository on Gitea or Forgejo; `url` is that of the host. */
export const GiteaSource = z.strictObject({ url: WebAddress, repo: Repo, token_file: TokenFile });
export type GiteaSource = z.infer<typeof GiteaSource>;

/** A folder on this device, such as a USB stick: `index.json`, else every manifest one level down. */
export const DirectorySource = z.strictObject({ path: AbsolutePath });
export type DirectorySource = z.infer<typeof DirectorySource>;

/**
 * The branches of any git remote: channels are branches, releases are tags. `url` is an https, http, ssh or file address;
 * `user@host:path` is one of ssh's too.
 */
export const GitSource = z.strictObject({
  url: GitAddress,
  token_file: TokenFile,
  /** ssh: the private key, and whom to believe to be the host. Default: those of the user Pawl's API runs as. */
  key_file: AbsolutePath.optional(),
  known_hosts_file: AbsolutePath.optional(),
});
export type GitSource = z.infer<typeof GitSource>;

/** Where releases come from: exactly one kind. */
export const SourceConfig = z.union([
  z.strictObject({ http: HttpSource }),
  z.strictObject({ github: GithubSource }),
  z.strictObject({ gitea: GiteaSource }),
  z.strictObject({ directory: DirectorySource }),
  z.strictObject({ git: GitSource }),
]);
export type SourceConfig = z.infer<typeof SourceConfig>;

/** Whether a source's channels are branches, and its releases commits. */
export function followsBranches(source: SourceConfig): boolean {
  return "git" in source || ("github" in source && source.github.follow === "branches");
}
