// graphile-worker on the database named by DATABASE_URL: enqueue, drain one by one, drain batched, start latency.
import { Logger, makeWorkerUtils, run, runMigrations } from "graphile-worker";
import pg from "pg";
import { callsPerSecond, countdown, print, settings, startLatency } from "./measure.mjs";

const connectionString = process.env.DATABASE_URL;
const logger = new Logger(() => () => {});
const pgPool = new pg.Pool({ connectionString, max: 24 });
for (const event of ["error", "connect"]) pgPool.on(event, client => event === "connect" && client.on("error", console.error));
await runMigrations({ pgPool, logger });
const utils = await makeWorkerUtils({ pgPool, logger });

const enqueue = await callsPerSecond(settings.callers, settings.tasks, () => utils.addJob("noop", {}));
const drain = await drainWith({});
await callsPerSecond(settings.callers, settings.tasks, () => utils.addJob("noop", {}));
const batched = await drainWith({ localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 });

let started;
const runner = await run({ pgPool, logger, concurrency: 16, noHandleSignals: true, taskList: { stamp: payload => started(payload.sentAt) } });
const start = await startLatency(settings, sentAt => utils.addJob("stamp", { sentAt }), handler => (started = handler));
await runner.stop();
print("graphile-worker", { enqueue_per_s: Math.round(enqueue), drain_per_s: Math.round(drain), drain_batched_per_s: Math.round(batched), start_ms: start });
await utils.release();
await pgPool.end();
process.exit(0);

async function drainWith(worker) {
  const left = countdown(settings.tasks);
  const begin = performance.now();
  const runner = await run({ pgPool, logger, noHandleSignals: true, taskList: { noop: () => left.tick() }, preset: { worker: { concurrentJobs: 16, ...worker } } });
  const end = await left.done;
  await runner.stop();
  return settings.tasks / ((end - begin) / 1000);
}
