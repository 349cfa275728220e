import { ServerError } from "../../error.ts";
import type { ServerContext } from "../../http/parts.ts";

/** Longer is no name of anything here. */
const LONGEST = 200;

/** `?distro=&version=&model_search=`; without a search, all. @throws bad_request */
export function modelsQuery(c: ServerContext): { distro: string; version: string; search: string } {
  return { distro: parameter(c, "distro"), version: parameter(c, "version"), search: optional(c, "model_search") };
}

/** `?distro=&version=&target=&profile=`; the target whole, or with `&subtarget=`. @throws bad_request */
export function packagesImageQuery(c: ServerContext) {
  const [target, subtarget] = [parameter(c, "target"), optional(c, "subtarget")];
  return {
    distro: parameter(c, "distro"),
    version: parameter(c, "version"),
    target: subtarget !== "" && !target.includes("/") ? `${target}/${subtarget}` : target,
    profile: parameter(c, "profile"),
  };
}

function parameter(c: ServerContext, name: string): string {
  const value = optional(c, name);
  if (value === "") throw new ServerError("bad_request", `missing parameter ${name}`, { fields: { parameter: name } });
  return value;
}

function optional(c: ServerContext, name: string): string {
  const value = c.req.query(name) ?? "";
  if (value.length > LONGEST) throw new ServerError("bad_request", `${name} is too long`);
  return value;
}
