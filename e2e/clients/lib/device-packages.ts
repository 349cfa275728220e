/** A device as the distribution's own image leaves it, with some packages more: name → installed version. */
export interface InstalledFrom {
  /** The server under replay: its lists are where versions are taken from. */
  url: string;
  /** `releases/24.10.4` */
  path: string;
  target: string;
  profile: string;
  more?: readonly string[];
}

/** @throws for a package that the release doesn't have */
export async function installedFrom(from: InstalledFrom): Promise<Record<string, string>> {
  const { url, path, target, profile, more = [] } = from;
  const folder = `${url}/json/v1/${path}`;
  const board = await read(`${folder}/targets/${target}/${profile}.json`);
  const ofTarget = await read(`${folder}/targets/${target}/index.json`);
  const ofArchitecture = await read(`${folder}/packages/${board.arch_packages}-index.json`);
  const versions: Record<string, string> = { ...ofArchitecture, ...ofTarget.packages };
  const named: string[] = [...board.default_packages, ...board.device_packages, ...more];
  const without = new Set(named.filter((name) => name.startsWith("-")).map((name) => name.slice(1)));
  const names = named.filter((name) => !name.startsWith("-") && !without.has(name) && !BUILT_IN.has(name));
  return Object.fromEntries(names.map((name) => [name, versionOf(name, versions)]));
}

/** They are in no list of some releases. */
const BUILT_IN = new Set(["libc", "kernel"]);

function versionOf(name: string, versions: Readonly<Record<string, string>>): string {
  const version = versions[name];
  if (version === undefined) throw new Error(`${name} is in no list`);
  return version;
}

// biome-ignore lint/suspicious/noExplicitAny: the replays are what looks at each field
async function read(url: string): Promise<any> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} is answered with ${answer.status}`);
  return answer.json();
}
