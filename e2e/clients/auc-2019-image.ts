import { type Device, replay } from "./auc-2019.ts";
import { type OldAucRequest, offeredBy, takeByOldAuc } from "./lib/old-auc-image.ts";
import type { Patience, TakenImage } from "./lib/taking.ts";
import { Uclient } from "./lib/uclient.ts";

/** What it asks for after the check. @throws ClientRefuses when nothing is offered */
export async function order(baseUrl: string, device: Device & { boardName: string }): Promise<OldAucRequest> {
  const version = offeredBy(await replay(baseUrl, device), device.version);
  const { distribution: distro, target, boardName: board } = device;
  return { version, distro, target, board, packages: Object.keys(device.packages) };
}

/** auc of 2019, 0.1.3 and 0.1.4, after its owner has said yes. @throws ClientRefuses with what it prints last */
export function takeImage(baseUrl: string, request: OldAucRequest, patience: Patience = {}): Promise<TakenImage> {
  const uclient = new Uclient({ userAgent: "auc (0.1.4)", contentType: "text/json" });
  return takeByOldAuc(uclient, baseUrl, request, patience);
}
