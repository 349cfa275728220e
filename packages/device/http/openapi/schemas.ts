import {
  ApiState,
  AppsAnswer,
  AutoAnswer,
  AutoBody,
  CancelAnswer,
  Change,
  ChangelogAnswer,
  Channel,
  ChannelsAnswer,
  CheckAnswer,
  CheckBody,
  DoneAnswer,
  ErrorAnswer,
  Failure,
  FailureCode,
  HistoryAnswer,
  InstallBody,
  Instant,
  LogAnswer,
  LogLevel,
  Outcome,
  Phase,
  Progress,
  RollbackBody,
  SeenAnswer,
  SessionAnswer,
  SessionBody,
  SetChannelAnswer,
  SetChannelBody,
  SettingsAnswer,
  SettingsBody,
  SkipAnswer,
  SkipBody,
  StartedAnswer,
  StatusAnswer,
  StreamEvent,
  TicketAnswer,
  TimeOfDay,
  UpdateId,
  UpdateKind,
  UpdateResult,
  Version,
  Window,
} from "@pawl/protocol";
import * as z from "zod";

/** What a program may meet in an answer, by the name it has there. */
const ANSWERS = {
  ApiState,
  AppsAnswer,
  AutoAnswer,
  CancelAnswer,
  Change,
  ChangelogAnswer,
  Channel,
  ChannelsAnswer,
  CheckAnswer,
  DoneAnswer,
  ErrorAnswer,
  Failure,
  FailureCode,
  HistoryAnswer,
  Instant,
  LogAnswer,
  LogLevel,
  Outcome,
  Phase,
  Progress,
  SeenAnswer,
  SessionAnswer,
  SetChannelAnswer,
  SettingsAnswer,
  SkipAnswer,
  StartedAnswer,
  StatusAnswer,
  StreamEvent,
  TicketAnswer,
  TimeOfDay,
  UpdateId,
  UpdateKind,
  UpdateResult,
  Version,
  Window,
};

const BODIES = { AutoBody, CheckBody, InstallBody, RollbackBody, SessionBody, SetChannelBody, SettingsBody, SkipBody };

type Json = Record<string, unknown>;

/** Where the document keeps them. */
const PLACE = "#/components/schemas/";

const registry = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({ ...ANSWERS, ...BODIES })) registry.add(schema, { id });

/** Every schema by its name, as JSON Schema: an answer may grow by more fields, a body holds what is listed. */
export function jsonSchemas(): Record<string, Json> {
  const output = convert("output");
  const input = convert("input");
  const answers = Object.keys(ANSWERS).map((id) => [id, output[id]]);
  const bodies = Object.keys(BODIES).map((id) => [id, input[id]]);
  return Object.fromEntries([...answers, ...bodies]);
}

/** A reference to a schema that has a name here. Throws for one that has none. */
export function refTo(schema: z.ZodType): Json {
  const id = registry.get(schema)?.id;
  if (id === undefined) throw new Error("A schema of the API has no name in openapi/schemas.ts.");
  return { $ref: PLACE + id };
}

/** One without a name, as it stands. */
export function inlined(schema: z.ZodType): Json {
  const { $schema, ...json } = z.toJSONSchema(schema, { io: "input", override: simplify });
  return json;
}

function convert(io: "input" | "output"): Record<string, Json> {
  const override: Override = (context) => {
    simplify(context);
    if (io === "output" && context.jsonSchema.additionalProperties === false) {
      delete context.jsonSchema.additionalProperties;
    }
  };
  const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => PLACE + id, override });
  const whole = Object.entries(schemas).map(([id, { $schema, $id, ...json }]) => [id, json]);
  return Object.fromEntries(whole);
}

type Override = (context: { zodSchema: unknown; jsonSchema: z.core.JSONSchema.BaseSchema }) => void;

/** The pattern of a moment says nothing that its format doesn't, at great length. */
function simplify({ jsonSchema }: Parameters<Override>[0]): void {
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
}
