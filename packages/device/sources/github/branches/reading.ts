import type * as z from "zod";
import { fetchBytes } from "../../../download/index.ts";
import { UpdateError } from "../../../error.ts";
import { jsonOrNull } from "../../../store/record.ts";
import { fetchList } from "../../fetch-list.ts";
import { nextPage } from "../../forge/next-page.ts";
import { listTroubleInWords } from "../../forge/words.ts";
import { readListCache } from "../../list-cache.ts";
import type { ReadLimits } from "../../types.ts";
import type { GithubRepository } from "../repository.ts";

/** How a repository's API is read, below its root: from the network, or from what is remembered. */
export interface Reading {
  /** Every item of a list, page by page. Throws UpdateError. */
  list(what: ListName): Promise<unknown[]>;
  /** One answer. Throws UpdateError; `not_found` with GitHub's own words in `detail`. */
  get<T>(path: string, schema: z.ZodType<T>): Promise<{ value: T; link: string | null }>;
  /** A file's text; null when there is something else in its place. `path`: in the API. */
  text(path: string, maxBytes: number): Promise<string | null>;
}

export type ListName = "branches" | "tags";

export interface ReadingOptions {
  repository: GithubRepository;
  /** Where lists are remembered; null: nowhere. */
  cacheDir: string | null;
  limits: ReadLimits;
  signal: AbortSignal;
}

const JSON_TYPE = "application/vnd.github+json";
/** 3000 branches, or tags. */
const MOST_PAGES = 30;
/** The first page of a comparison comes with the differences of up to 300 files, in bytes. */
const ANSWER_MAX_BYTES = 32 * 1024 ** 2;

/** Reads from the network; `limits` are for everything together. */
export function readOnline({ repository, cacheDir, limits, signal }: ReadingOptions): Reading {
  const until = performance.now() + limits.timeoutMs;
  const left = () => ({
    idleMs: limits.idleMs,
    timeoutMs: Math.max(1, Math.ceil(until - performance.now())),
    signal,
  });
  // A renamed repository is found by its number; one detour shows the way for all that follows.
  let root = repository.root;

  const read = async (path: string, accept: string, maxBytes: number) => {
    const url = `${root}/${path}`;
    const headers = { ...(await repository.headersFor(url)), accept };
    return fetchBytes(url, { ...left(), headers, maxBytes });
  };

  const readPage = async (url: string, what: ListName, number: number) => {
    const asking = { ...left(), headers: { ...(await repository.headersFor(url)), accept: JSON_TYPE } };
    if (cacheDir !== null) {
      return fetchList(url, { ...asking, cacheDir, cacheName: cacheName(what, number), what: `its list of ${what}` });
    }
    const answer = await fetchBytes(url, { ...asking, maxBytes: ANSWER_MAX_BYTES });
    return { text: new TextDecoder().decode(answer.bytes), url: answer.url, link: answer.headers.get("link") };
  };

  return {
    async list(what) {
      const items: unknown[] = [];
      let page: string | null = listUrl(root, what);
      for (let number = 1; page !== null; number++) {
        if (number > MOST_PAGES) throw tooMany(repository, what);
        const list = await readPage(page, what, number).catch((error) => {
          const isAbsent = error instanceof UpdateError && error.code === "not_found";
          throw isAbsent ? listTroubleInWords(error, repository) : error;
        });
        items.push(...itemsOf(list.text, repository, what));
        if (number === 1) root = rootOf(list.url, what, repository) ?? root;
        page = nextPage(list.link, list.url);
      }
      return items;
    },

    async get(path, schema) {
      const { bytes, headers } = await read(path, JSON_TYPE, ANSWER_MAX_BYTES);
      const parsed = schema.safeParse(jsonOrNull(new TextDecoder().decode(bytes)));
      if (!parsed.success) throw notUnderstood(repository, path.replace(/[/?].*$/s, ""));
      return { value: parsed.data, link: headers.get("link") };
    },

    async text(path, maxBytes) {
      const { bytes, headers } = await read(path, "application/vnd.github.raw+json", maxBytes);
      // A folder, or a repository within this one, is described instead.
      if (/^\s*application\/json\b/i.test(headers.get("content-type") ?? "")) return null;
      return new TextDecoder().decode(bytes);
    },
  };
}

/** Thrown in place of a question to the network. */
export class NotRemembered extends Error {
  override readonly name = "NotRemembered";
}

/** Reads no network: everything that isn't remembered throws NotRemembered. */
export function readRemembered({ repository, cacheDir }: { repository: GithubRepository; cacheDir: string }): Reading {
  return {
    async list(what) {
      const items: unknown[] = [];
      let page: string | null = listUrl(repository.root, what);
      for (let number = 1; page !== null; number++) {
        const { authorization } = await repository.headersFor(page);
        const place = { cacheDir, cacheName: cacheName(what, number), url: page, authorization };
        const list = await readListCache(place);
        if (list === null || number > MOST_PAGES) throw new NotRemembered();
        items.push(...itemsOf(list.body, repository, what));
        page = nextPage(list.link, page);
      }
      return items;
    },
    get: () => Promise.reject(new NotRemembered()),
    text: () => Promise.reject(new NotRemembered()),
  };
}

function listUrl(root: string, what: ListName): string {
  return `${root}/${what}?per_page=100`;
}

function cacheName(what: ListName, page: number): string {
  return `github-${what}-${page}.json`;
}

/** Where the repository is in truth, by where one of its lists came from; null when that is elsewhere altogether. */
function rootOf(url: string, what: ListName, { api }: GithubRepository): string | null {
  const { origin, pathname } = new URL(url);
  return origin === api.origin && pathname.endsWith(`/${what}`) ? origin + pathname.slice(0, -what.length - 1) : null;
}

function itemsOf(text: string, repository: GithubRepository, what: ListName): unknown[] {
  const items = jsonOrNull(text);
  if (Array.isArray(items)) return items;
  throw notUnderstood(repository, what);
}

function notUnderstood({ name, address }: GithubRepository, what: string): UpdateError {
  const sentence = `${name} answered to a question about ${address} (${what}) with something that can't be understood. Check the source's url and repo.`;
  return new UpdateError("host_error", sentence);
}

function tooMany({ address }: GithubRepository, what: ListName): UpdateError {
  const sentence = `${address} has more than ${MOST_PAGES * 100} ${what}, which is too many to read by the API. Follow it with a git source.`;
  return new UpdateError("too_large", sentence);
}
