import type { GithubSource } from "@pawl/protocol";
import { redactUrl } from "../../download/index.ts";
import { accessTo, type HeadersFor } from "../access.ts";

/** A repository on GitHub, or on a GitHub Enterprise Server, and how it is asked. */
export interface GithubRepository {
  /** As sentences call its host. */
  name: string;
  /** As people know the repository, without user and password. */
  address: string;
  /** `owner/name` */
  repo: string;
  api: URL;
  /** Its address in the API, without a slash at the end, user and password. */
  root: string;
  hasToken: boolean;
  headersFor: HeadersFor;
}

export function githubRepository(
  { url, repo, token_file }: Pick<GithubSource, "url" | "repo" | "token_file">,
  userAgent: string,
): GithubRepository {
  const api = new URL(`${url.replace(/\/+$/, "")}/`);
  const isPublic = api.host === "api.github.com";
  const access = accessTo({ url: api, token_file, scheme: "Bearer", userAgent });
  return {
    name: isPublic ? "GitHub" : api.host,
    address: `${githubWeb(url)}/${repo}`,
    repo,
    api,
    root: new URL(`repos/${repo}`, redactUrl(api)).href,
    hasToken: token_file !== undefined,
    headersFor: async (address) => {
      const headers = await access(address);
      if (new URL(address).origin !== api.origin) return headers;
      return { "x-github-api-version": "2022-11-28", ...headers };
    },
  };
}

/** Where people see what an API has, without user, password and a slash at the end: an Enterprise Server has it below `/api/v3`. */
export function githubWeb(url: string): string {
  const api = new URL(`${url.replace(/\/+$/, "")}/`);
  if (api.host === "api.github.com") return "https://github.com";
  return `${api.origin}${api.pathname.replace(/\/(api\/v3\/)?$/, "")}`;
}
