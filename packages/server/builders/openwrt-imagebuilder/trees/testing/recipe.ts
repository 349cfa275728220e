import { MIRROR_KEYS } from "@pawl/testkit";
import type { BuildRecipe } from "../../../types.ts";
import { recipeOf } from "../../testing/recipe.ts";

/** An ordinary build of that version and target, from a mirror that signs. */
export function recipeFor(
  mirrorUrl: string,
  version: string,
  target: string,
  more: Partial<BuildRecipe> = {},
): BuildRecipe {
  const keys = { usign: [MIRROR_KEYS.usign.public], apk: [MIRROR_KEYS.apk.pem] };
  const ordinary = recipeOf({ version, target, versionCode: "r1-0123456789", upstreamUrl: mirrorUrl, keys });
  return { ...ordinary, ...more };
}
