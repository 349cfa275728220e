import { compareImages, imageUse } from "@pawl/server/image-use";
import type { ServerSchemas } from "../../../data/server.ts";
import { Chance } from "../../chance.ts";
import { revisionOf } from "../catalog/catalog.ts";
import type { StandInTarget } from "../catalog/targets.ts";

const KERNEL_BYTES = 3_400_000;
/** What a file system that isn't compressed takes more. */
const EXT4_MORE_BYTES = 90_000_000;

type Artifact = ServerSchemas["Artifact"];

/** What a build has made: by its request alone, so that it need not be kept. */
export function resultOf(
  build: Pick<ServerSchemas["Build"], "id" | "version" | "target" | "profile" | "packages" | "filesystem">,
  target: StandInTarget,
  set: ServerSchemas["PackageSet"],
): ServerSchemas["BuildResult"] {
  const { id, version, profile, packages, filesystem } = build;
  const chance = new Chance(Number.parseInt(id.slice(0, 7), 16));
  const prefix = `openwrt-${version}-${target.name.replace("/", "-")}-${profile}`;
  const of = (name: string, size: number) => ({ name, url: `/store/${id}/${name}`, size, sha256: chance.hex(64) });
  // As the choice was said to come to before it was built.
  const whole = target.imageSize + set.total.size - set.own.size;
  const images = target.images
    .filter(([, own]) => own === null || filesystem === null || own === filesystem)
    .map(([type, own, extension]): Artifact => {
      const name = `${prefix}-${own === null ? "" : `${own}-`}${type}.${extension}`;
      const size = own === null ? KERNEL_BYTES : whole + (own === "ext4" ? EXT4_MORE_BYTES : 0);
      return { ...of(name, size), type, filesystem: own, use: imageUse(type) };
    });
  const others = [`${prefix}.manifest`, "profiles.json", "sha256sums", "build.log"].map(
    (name): Artifact => ({ ...of(name, chance.number(400, 40_000)), type: null, filesystem: null, use: null }),
  );
  return {
    version_code: revisionOf(version),
    source_date_epoch: 1_773_230_400,
    artifacts: [...images.sort((a, b) => compareImages(typed(a), typed(b))), ...others],
    manifest: Object.fromEntries(set.items.map(({ name, version: own }) => [name, own])),
    packages,
    changes: [],
    warnings: [],
  };
}

const typed = ({ type, filesystem }: Artifact) => ({ type: type ?? "", filesystem });
