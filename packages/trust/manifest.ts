import { issueWords, MANIFEST_MAX_BYTES, Manifest } from "@pawl/protocol";
import { TrustError } from "./error.ts";

type Issues = NonNullable<ReturnType<typeof Manifest.safeParse>["error"]>["issues"];
type Issue = Issues[number];

/**
 * A manifest from its exact bytes. Throws TrustError `bad_version` when the version is the trouble, else `bad_manifest`;
 * the sentence names the field.
 */
export function readManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MANIFEST_MAX_BYTES) {
    throw new TrustError("bad_manifest", `The manifest is larger than the ${MANIFEST_MAX_BYTES} bytes a device reads.`);
  }
  const parsed = Manifest.safeParse(readJson(bytes));
  if (parsed.success) return parsed.data;
  const issue = innermost(parsed.error.issues);
  const code = issue?.path[0] === "version" ? "bad_version" : "bad_manifest";
  const wrong = issueWords(issue?.message ?? "it can't be read");
  throw new TrustError(code, `The manifest is wrong at ${place(issue?.path ?? [])}: ${wrong}.`, {
    cause: parsed.error,
  });
}

function readJson(bytes: Uint8Array): unknown {
  try {
    // Strict: two texts that differ only in broken bytes must not be read alike.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new TrustError("bad_manifest", "The manifest isn't JSON in UTF-8.", { cause });
  }
}

/** The first issue; of an entry that is neither kind, that of the kind it comes closest to. */
function innermost(issues: Issues): Issue | undefined {
  const issue = issues[0];
  if (issue?.code !== "invalid_union") return issue;
  const closest = [...issue.errors].sort((a, b) => strangeness(a) - strangeness(b))[0];
  const inner = innermost(closest ?? []);
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
}

/** A file with a bad hash is still no link: fields that are not of a kind weigh more than fields that are wrong. */
function strangeness(issues: readonly Issue[]): number {
  return issues.length + issues.filter((issue) => issue.code === "unrecognized_keys").length;
}

/** `files[3].sha256` */
function place(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "its top";
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}
