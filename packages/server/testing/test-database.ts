import { randomBytes } from "node:crypto";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import pino from "pino";
import { type Database, openDatabase } from "../db/connect.ts";
import { administer, urlOf } from "./test-server.ts";

export interface TestDatabase extends AsyncDisposable {
  url: string;
  /** Open connections to it. */
  database: Database;
}

export interface TestDatabaseOptions {
  /** Default 4: the server has 60 for all tests that run at once. */
  connections?: number;
  /** Without any table. Default false: with all of them, empty. */
  bare?: boolean;
}

/**
 * A database of its own for one test, or one file of tests: `await using test = await createTestDatabase()`. It is a clone
 * of one that is migrated already, and gone at the end with whoever is still connected.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { connections = 4, bare = false } = options;
  const server = await askForServer();
  const name = `pawl_test_${randomBytes(6).toString("hex")}`;
  await administer(server.url, `create database ${name}${bare ? "" : ` template ${server.template}`}`);
  const url = urlOf(server.url, name);
  const drop = () => administer(server.url, `drop database if exists ${name} with (force)`);
  try {
    const database = await openDatabase({ url, connections, log: pino({ level: "silent" }) });
    return {
      url,
      database,
      async [Symbol.asyncDispose]() {
        await database[Symbol.asyncDispose]();
        await drop();
      },
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

interface Server {
  url: string;
  template: string;
}

let asked: Promise<Server> | undefined;

/** Asked once in each process. The first asker of all waits about a second. */
function askForServer(): Promise<Server> {
  asked ??= ask();
  return asked;
}

async function ask(): Promise<Server> {
  const path = process.env.PAWL_TEST_DATABASE_SOCKET;
  if (!path) throw new Error("Test databases are there in vitest only: global-setup.ts starts their server.");
  const answer = JSON.parse(await text(createConnection(path))) as Server | { error: string };
  if ("error" in answer) throw new Error(`The tests' PostgreSQL can't be started: ${answer.error}`);
  return answer;
}
