// One run of emmett-postgresql: node emmett.mjs URL append CALLERS SIZE SECONDS BODY
//                            or: node emmett.mjs URL read SECONDS
// Prints {"rate": events per second}. Each call appends to a new stream, in one commit.

import { randomUUID } from "node:crypto";
import { dumbo } from "@event-driven-io/dumbo";
import { getPostgreSQLEventStore, readMessagesBatch } from "@event-driven-io/emmett-postgresql";
import pg from "pg";

const PAGE = 1000;

async function append(url, callers, size, seconds, body) {
  const pool = new pg.Pool({ connectionString: url, max: callers });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  const { type, ...data } = JSON.parse(body);
  const events = Array.from({ length: size }, () => ({ type, data }));
  const call = () => store.appendToStream(`stall-${randomUUID()}`, events);
  await Promise.all(Array.from({ length: callers }, call)); // schema and connections
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  let done = 0;
  const caller = async () => {
    do {
      await call();
      done += size;
    } while (elapsed() < seconds);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const rate = done / elapsed();
  await store.close();
  await pool.end();
  return rate;
}

async function read(url, seconds) {
  const pool = dumbo({ connectionString: url });
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  let done = 0;
  let after = 0n;
  while (elapsed() < seconds) {
    const page = await readMessagesBatch(pool.execute, { after, batchSize: PAGE });
    done += page.messages.length;
    after = page.areMessagesLeft ? page.currentGlobalPosition : 0n;
  }
  const rate = done / elapsed();
  await pool.close();
  return rate;
}

const [url, work, ...rest] = process.argv.slice(2);
const rate =
  work === "append"
    ? await append(url, Number(rest[0]), Number(rest[1]), Number(rest[2]), rest[3])
    : await read(url, Number(rest[0]));
console.log(JSON.stringify({ rate }));
