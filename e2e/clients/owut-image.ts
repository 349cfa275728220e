import { demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";
import { type Answer, exchange } from "./lib/http.ts";
import { type Patience, pollFor, Screen, sha256Of, type TakenImage } from "./lib/taking.ts";
import type { OwutDevice } from "./owut.ts";

/** `owut/…` in what it posts, too. */
const USER_AGENT = "owut/2026.01.01-r1";
/** They are in no index of some releases, so it looks for no version of them. */
const NOT_UPGRADABLE = new Set(["kernel", "libc"]);

/** What owut makes of an answer: its body, or of a HEAD its headers. */
type State = Record<string, unknown>;

export interface OwutRequest {
  request: Record<string, unknown>;
  device: Pick<OwutDevice, "target" | "rootfsType" | "efi">;
}

/**
 * `owut download`, once there is a build request: one post; HEAD while that says 202 (GET, where there is no HEAD); the image of
 * the kind and file system that `check` found; and whether what came is what was asked for. @throws ClientRefuses
 */
export async function takeImage(
  baseUrl: string,
  { request, device }: OwutRequest,
  patience: Patience = {},
): Promise<TakenImage> {
  const screen = new Screen();
  const builds = `${baseUrl}/api/v1/build`;
  let state = stateOf(await ask("POST", builds, JSON.stringify(request)));
  const status = `${builds}/${state.request_hash ?? "{hash}"}`;
  let usesHead = true;
  await pollFor(async () => {
    showState(state, screen);
    if (state.status !== 202) return state;
    const head = usesHead ? await ask("HEAD", status) : null;
    if (head?.status === 405) usesHead = false;
    state = head?.status === 202 ? stateOfHead(head) : stateOf(await ask("GET", status));
    return null;
  }, patience);
  demand(state.status === 200, `${printed(state)}\nBuild failed with status ${state.status}`);
  return takeBuilt(baseUrl, state, device, { request, shown: screen.shown });
}

/** It goes nowhere else when an answer says so. */
function ask(method: string, url: string, body?: string): Promise<Answer> {
  const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
  return exchange(url, { method, headers: { "user-agent": USER_AGENT, ...type }, body, chunked: true });
}

/** Its status is the body's own from here on. What is no JSON, of an answer that isn't one it hoped for, is itself the sentence. */
function stateOf({ status, body }: Answer): State {
  const text = body.toString("utf8").trim();
  try {
    return demandObject(JSON.parse(text), "the build's state");
  } catch {
    demand(status !== 200 && status !== 202, `Expected json, but '${text.slice(0, 40)}'`);
    return { status, detail: `Error: ${text}` };
  }
}

function stateOfHead({ headers }: Answer): State {
  const status = headers.get("x-imagebuilder-status");
  return {
    status: 202,
    detail: status ?? "queued",
    imagebuilder_status: status,
    queue_position: headers.get("x-queue-position"),
  };
}

function showState({ detail, queue_position: position, imagebuilder_status: step }: State, screen: Screen): void {
  if (detail === "queued") {
    // Printed by %d: of what is no number that makes 0.
    demand(/^\d+$/.test(String(position)), `Status: queued - nobody knows how many are ahead of you (${position})`);
    screen.show(`Status: queued - ${position} ahead of you`);
  } else {
    screen.show(`Status: ${detail}${detail === "started" ? ` - ${step ?? "setup"}` : ""}`);
  }
}

function printed({ detail, error, stdout, stderr }: State): string {
  return [`Status: ${detail}`, error, stdout, stderr].filter((text) => text !== undefined && text !== "").join("\n");
}

async function takeBuilt(
  baseUrl: string,
  state: State,
  device: OwutRequest["device"],
  { request, shown }: { request: OwutRequest["request"]; shown: readonly string[] },
): Promise<TakenImage> {
  // Said on the screen, each of them.
  for (const name of ["build_at", "version_number", "version_code"]) demandText(state[name], `\`${name}\``);
  demandList(state.build_cmd, "`build_cmd`");
  const asked = demandObject(state.request, "TypeError: `request`");
  const { name, sha256 } = chooseImage(state.images, device);
  const url = `${baseUrl}/store/${state.bin_dir}/${name}`;
  const answer = await ask("GET", url);
  demand(answer.status === 200, `Couldn't download image ${name}`);
  // With the code that was asked for, as the server repeats it.
  const code = asked.version_code;
  demand(
    !code || code === state.version_code,
    `Firmware revision mismatch: expected ${code}, but got ${state.version_code}`,
  );
  compareManifest(demandObject(state.manifest, "TypeError: `manifest`"), request);
  demand(sha256Of(answer.body) === sha256, "sha256 doesn't match");
  return { url, sha256, size: answer.body.length, shown };
}

function chooseImage(images: unknown, { target, rootfsType, efi }: OwutRequest["device"]) {
  const kind = `${/^(x86|armsr|loongarch)/.test(target) ? "combined" : "sysupgrade"}${efi ? "-efi" : ""}`;
  const image = demandList(images, "`images`")
    .map((one) => demandObject(one, "an image"))
    .find(({ filesystem, type }) => filesystem === rootfsType && type === kind);
  demand(image !== undefined, `Could not locate an image for '${rootfsType}' and '${kind}'`);
  return { name: demandText(image.name, "the image's name"), sha256: demandText(image.sha256, "the image's sum") };
}

/** What was asked for is in it, each in the version that the lists promised. */
function compareManifest(manifest: Record<string, unknown>, request: OwutRequest["request"]): void {
  const expected = demandObject(request.packages_versions, "what was asked for");
  for (const [name, version] of Object.entries(expected)) {
    if (NOT_UPGRADABLE.has(name)) continue;
    demand(name in manifest, `Firmware missing requested package: '${name}'`);
    const got = manifest[name];
    demand(got === version, `Firmware package version mismatch: '${name}', expected ${version}, but got ${got}`);
  }
}
