import { NODES } from "./nodes.ts";
import { describeUpdates } from "./update-suite.ts";

describeUpdates(NODES.machinesOwn, ["answers with the old version"]);
