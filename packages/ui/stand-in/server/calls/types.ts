import type { paths } from "../../../data/server-api.ts";
import type { Calls } from "../../calls.ts";

export type ServerCalls = Calls<paths>;
