import { type Device, replay } from "./auc-2018.ts";
import { type OldAucRequest, offeredBy, takeByOldAuc } from "./lib/old-auc-image.ts";
import type { Patience, TakenImage } from "./lib/taking.ts";
import { Uclient } from "./lib/uclient.ts";

/** What it asks for after the check. @throws ClientRefuses when nothing is offered */
export async function order(baseUrl: string, device: Device & { boardName: string }): Promise<OldAucRequest> {
  const version = offeredBy(await replay(baseUrl, device), device.version);
  const [target = "", subtarget = ""] = device.target.split("/");
  const packages = Object.keys(device.packages);
  return { version, distro: device.distribution, target, subtarget, board: device.boardName, packages };
}

/** auc of 2018, up to 0.0.9, after its owner has said yes. @throws ClientRefuses with what it prints last */
export function takeImage(baseUrl: string, request: OldAucRequest, patience: Patience = {}): Promise<TakenImage> {
  const uclient = new Uclient({ userAgent: "auc (0.0.9)", contentType: "text/json" });
  return takeByOldAuc(uclient, baseUrl, request, patience);
}
