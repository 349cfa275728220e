import { NODES } from "./nodes.ts";
import { describeUpdates } from "./update-suite.ts";

describeUpdates(NODES.node24);
