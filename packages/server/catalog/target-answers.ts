import { z } from "@hono/zod-openapi";
import { listOf } from "../http/page.ts";
import { Instant, provenance } from "./answers.ts";
import { compareImages, IMAGE_USES, imageUse } from "./image-use.ts";
import type { Title } from "./types.ts";

export const TargetList = z
  .object({ ...listOf(z.object({ name: z.string(), architecture: z.string() }).openapi("TargetName")), ...provenance })
  .openapi("TargetList");

const TitleAnswer = z
  .object({
    vendor: z.string().optional(),
    model: z.string().optional(),
    variant: z.string().optional(),
    title: z.string().optional(),
  })
  .openapi("Title", { description: "Upstream has either a vendor and a model, or a title." });

export const titleAnswers = (titles: readonly Title[]): z.input<typeof TitleAnswer>[] =>
  titles.map(({ vendor, model, variant, title }) => ({ vendor, model, variant, title }));

export const TargetDetail = z
  .object({
    name: z.string(),
    architecture: z.string(),
    version_code: z.string().openapi({ description: "The revision: `r28427-6df0e3d02a`." }),
    version_number: z.string(),
    source_date: Instant.nullable(),
    default_packages: z.array(z.string()),
    kmods: z
      .string()
      .nullable()
      .openapi({ description: "The folder of its kernel modules' feed, where there is one." }),
    profiles: z.array(z.object({ name: z.string(), titles: z.array(TitleAnswer) }).openapi("ProfileName")),
    ...provenance,
  })
  .openapi("Target");

export const ImageUseAnswer = z.enum(IMAGE_USES).openapi("ImageUse", {
  description:
    "What an image is for. `upgrade`: written by a device that runs the system already; `disk`: a whole disk or card, to begin with and to " +
    "upgrade; `install`: written by what the device came with; `boot`: started, and kept nowhere; `part`: a piece of the others.",
});

/** Upstream's words, without what we make of them. */
const UpstreamImage = z.object({
  name: z.string(),
  type: z.string(),
  filesystem: z.string().optional(),
  sha256: z.string().optional(),
  size: z.int().optional(),
});

const ImageAnswer = z
  .object({
    name: z.string(),
    type: z.string(),
    use: ImageUseAnswer,
    filesystem: z.string().optional(),
    sha256: z.string().optional(),
    size: z.int().optional().openapi({ description: "Bytes." }),
  })
  .openapi("Image", { description: "One that upstream has built." });

export const ProfileDetail = z
  .object({
    name: z.string(),
    target: z.string(),
    titles: z.array(TitleAnswer),
    device_packages: z.array(z.string()),
    supported_devices: z.array(z.string()).openapi({ description: "Board names of devices that it is for." }),
    images: z.array(ImageAnswer).openapi({ description: "The likeliest wanted first." }),
    image_limit: z
      .int()
      .nullable()
      .openapi({ description: "Bytes of the largest image that it takes; upstream says so since 25.12." }),
    ...provenance,
  })
  .openapi("Profile");

/** Upstream's own images, as far as they are described as we expect, the likeliest wanted first. */
export function imageAnswers(raw: unknown): z.output<typeof ImageAnswer>[] {
  if (!Array.isArray(raw)) return [];
  const images = raw.flatMap((image: unknown) => UpstreamImage.safeParse(image).data ?? []);
  return images.sort(compareImages).map((image) => ({ ...image, use: imageUse(image.type) }));
}

const ModelAnswer = z
  .object({ profile: z.string(), target: z.string(), titles: z.array(TitleAnswer) })
  .openapi("Model");
export const ModelList = z.object({ ...listOf(ModelAnswer), ...provenance }).openapi("ModelList");
