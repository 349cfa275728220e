import { BuildError } from "../../types.ts";
import { unsupportedFilesystem } from "../config-file.ts";
import { type MakeRun, size } from "../make.ts";

/**
 * Why `make image` (or another make) came to nothing, where packages aren't the reason: the known texts of imagebuilder §8 and §9, else
 * what make itself says last.
 */
export function imageFailure(run: MakeRun, profile: string): BuildError {
  const lines = [...run.stdout, ...run.stderr];
  return tooBig(lines, profile) ?? knownFailure(lines, profile) ?? unknownFailure(run);
}

/** What doesn't fit, with the device's limit where the text says it; null when nothing says so. */
export function tooBig(lines: readonly string[], profile: string): BuildError | null {
  for (const line of lines) {
    const [, file, is, limit] = IMAGE_TOO_BIG.exec(line) ?? [];
    if (file !== undefined) return sizeError(profile, imageTooBig(profile, file, Number(is), Number(limit)));
    const [, over] = TOOL_TOO_BIG.exec(line) ?? [];
    if (over !== undefined)
      return sizeError(profile, `The image is ${size(Number(over))} larger than ${profile} has room for.`);
    if (FILESYSTEM_FULL.test(line)) {
      return sizeError(
        profile,
        `The packages don't fit into the root file system of ${profile}: leave some out, or ask for a larger one.`,
      );
    }
    if (ANY_TOO_BIG.test(line)) return sizeError(profile, `The image is larger than ${profile} has room for.`);
  }
  return null;
}

/** Without images, and the file name of one that was too big: `…-squashfs-sysupgrade.bin`. */
export function namesTooBig(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => IMAGE_TOO_BIG.exec(line)?.[1]?.split("/").at(-1) ?? []);
}

const IMAGE_TOO_BIG = /Image file (\S+) is too big(?:: *(\d*) *> *(\d+))?/;
const TOOL_TOO_BIG = /images? (?:is|are) too big by (\d+) bytes/;
const FILESYSTEM_FULL = /failed to allocate \d+ blocks, out of space\?|out of space\?/;
const ANY_TOO_BIG = /(?:is|are) too big\b/;

function imageTooBig(profile: string, file: string, is: number, limit: number): string {
  const name = file.split("/").at(-1);
  if (!(limit > 0)) return `The image ${name} is larger than ${profile} has room for.`;
  const found = is > 0 ? `has ${size(is)}` : "is larger";
  return `The image ${name} ${found}, and ${profile} has room for ${size(limit)}.`;
}

export function sizeError(profile: string, sentence: string): BuildError {
  return new BuildError("too_big", sentence, {
    culprits: [{ kind: "size", name: profile, with: [], detail: sentence }],
  });
}

function knownFailure(lines: readonly string[], profile: string): BuildError | null {
  for (const [i, line] of lines.entries()) {
    const [, asked] = /^Filesystem "(.*)" is not available!$/.exec(line) ?? [];
    if (asked !== undefined) {
      const [, available = ""] = /^Available filesystems: (.*)$/.exec(lines[i + 1] ?? "") ?? [];
      return unsupportedFilesystem(asked, available.split(" ").filter(Boolean));
    }
    if (/^Profile ".*" does not exist!$/.test(line)) return unknownProfile(profile);
    if (/No space left on device/.test(line)) return new BuildError("worker_failed", "The worker's disk is full.");
    const [, lacking] = /^Build dependency: (.+)$/.exec(line) ?? [];
    if (lacking !== undefined) {
      const sentence = `The worker lacks something that the ImageBuilder needs: ${lacking}.`;
      return new BuildError("worker_failed", sentence, {
        culprits: [{ kind: "machine", name: "worker", with: [], detail: sentence }],
      });
    }
    if (/Could not lock|Failed to open apk database: Resource temporarily unavailable/.test(line)) {
      return new BuildError("worker_failed", "Two builds were at work in one folder.");
    }
    const [, kernel] = /No rule to make target '([^']*)-kernel\.bin'/.exec(line) ?? [];
    if (kernel !== undefined) {
      const device = kernel.split("/").at(-1) ?? profile;
      const sentence = `This ImageBuilder has no kernel for ${device}, so no image can be made for it.`;
      return new BuildError("unknown_profile", sentence, {
        culprits: [{ kind: "profile", name: device, with: [], detail: sentence }],
      });
    }
  }
  return null;
}

export function unknownProfile(profile: string): BuildError {
  const sentence = `This ImageBuilder has no profile ${profile}.`;
  return new BuildError("unknown_profile", sentence, {
    culprits: [{ kind: "profile", name: profile, with: [], detail: sentence }],
  });
}

/** Make's own last lines say only that something failed; the ones before say what. */
function unknownFailure({ code, stderr, stdout }: MakeRun): BuildError {
  const said = (stderr.length > 0 ? stderr : stdout).filter(
    (line) => line.trim() !== "" && !/^make(?:\[\d+\])?: /.test(line),
  );
  const last = said
    .slice(-3)
    .map((line) => line.trim().slice(0, 200))
    .join(" / ");
  const how = code === null ? "was ended by a signal" : `failed with ${code}`;
  return new BuildError("build_failed", `make ${how}${last === "" ? "." : `: ${last}`}`);
}
