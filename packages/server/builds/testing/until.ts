import type { Build, BuildState, Builds } from "../types.ts";

type Wanted = BuildState | ((build: Build) => boolean);

/** As it is once it is as it is wanted: one of these states, or what a function says yes to. */
export async function until(builds: Pick<Builds, "watch">, id: string, ...wanted: Wanted[]): Promise<Build> {
  const seen: string[] = [];
  for await (const event of builds.watch(id, Number.MAX_SAFE_INTEGER, AbortSignal.timeout(30_000))) {
    if (event.kind !== "build") continue;
    const { build } = event;
    if (wanted.some((one) => (typeof one === "string" ? one === build.state : one(build)))) return build;
    seen.push(`${build.state} ${build.step} ${build.waitsFor ?? ""} ${build.failure?.sentence ?? ""}`);
  }
  throw new Error(`build ${id} wasn't what was waited for: ${seen.join("; ")}`);
}
