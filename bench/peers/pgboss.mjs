// pg-boss on the database named by DATABASE_URL: enqueue, drain one by one, drain batched, start latency.
import PgBoss from "pg-boss";
import { callsPerSecond, countdown, print, settings, startLatency } from "./measure.mjs";

const boss = new PgBoss({ connectionString: process.env.DATABASE_URL, max: 24 });
boss.on("error", error => { console.error(error); process.exit(1); });
await boss.start();

const enqueue = await fill("one");
const drain = await fetchOneByOne("one");
await fill("many");
const batched = await drainWith("many", { batchSize: 100, pollingIntervalSeconds: 0.5 });

await boss.createQueue("stamp");
let started;
const start = await startLatency(settings, sentAt => boss.send("stamp", { sentAt }), async handler => {
  started = handler;
  for (let i = 0; i < 16; i++) await boss.work("stamp", { batchSize: 100, pollingIntervalSeconds: 0.5 }, async jobs => jobs.forEach(job => started(job.data.sentAt)));
});
print("pg-boss", { enqueue_per_s: Math.round(enqueue), drain_per_s: Math.round(drain), drain_batched_per_s: Math.round(batched), start_ms: start });
process.exit(0);

async function fill(queue) {
  await boss.createQueue(queue);
  return callsPerSecond(settings.callers, settings.tasks, () => boss.send(queue, {}));
}

/** Workers poll, so one job a poll would measure the polling interval; fetching by hand is the fastest way to take single jobs. */
async function fetchOneByOne(queue) {
  return callsPerSecond(16, settings.tasks, async () => {
    const [job] = await boss.fetch(queue);
    if (job) await boss.complete(queue, job.id);
  });
}

async function drainWith(queue, options) {
  const left = countdown(settings.tasks);
  const begin = performance.now();
  for (let i = 0; i < 16; i++) await boss.work(queue, options, async jobs => left.tick(jobs.length));
  const end = await left.done;
  await boss.offWork(queue);
  return settings.tasks / ((end - begin) / 1000);
}
