import type { ServerSchemas } from "@pawl/ui/server";
import { harmless, type Io } from "./io.ts";
import { sizeInWords } from "./sizes.ts";

type Build = ServerSchemas["Build"];

/**
 * What an image build came to: its images with address, size and sum, and what should be known of it.
 * @param wasThere nothing had to be built: what was asked for had been made before
 */
export function buildWords(
  { result, started_at, finished_at, expires_at }: Build,
  server: string,
  io: Pick<Io, "paint">,
  wasThere = false,
): string {
  if (result === null) return "";
  const seconds = started_at && finished_at ? (Date.parse(finished_at) - Date.parse(started_at)) / 1000 : null;
  const took = seconds === null ? "" : ` It took ${seconds.toFixed(seconds < 10 ? 1 : 0)} s.`;
  const time = wasThere ? " It was there already." : took;
  const kept = expires_at === null ? "" : ` It is kept until ${expires_at.slice(0, 16).replace("T", " ")} UTC.`;
  const images = result.artifacts.filter(({ type }) => type !== null);
  const lines = images.map(
    ({ type, filesystem, size, url, sha256 }) =>
      `  ${io.paint("strong", harmless(type ?? ""))}${filesystem ? ` (${harmless(filesystem)})` : ""}, ${sizeInWords(size)}\n` +
      `    ${server}${url}\n    sha256 ${sha256}\n`,
  );
  const changes = result.changes.map(({ reason }) => `  ${harmless(reason)}\n`);
  const warnings = result.warnings.map((warning) => `  ${io.paint("warn", harmless(warning))}\n`);
  const count = Object.keys(result.manifest).length;
  return `${io.paint("good", "Done.")} ${count} packages in the image.${time}${kept}\n${[...warnings, ...changes, ...lines].join("")}`;
}

/** Why there is none, and what is at fault. */
export function failureWords({ state, failure }: Build, io: Pick<Io, "paint">): string {
  if (state === "withdrawn") {
    return `${io.paint("bad", "pawl:")} The build was taken back, or dropped by the server's operator; ask again and it is built.\n`;
  }
  if (failure === null) return `${io.paint("bad", "pawl:")} The build didn't come to an end.\n`;
  const culprits = failure.culprits.map(
    ({ name, detail }) => `  ${io.paint("strong", harmless(name))}: ${harmless(detail)}\n`,
  );
  return `${io.paint("bad", "pawl:")} ${harmless(failure.message)}\n${culprits.join("")}`;
}
