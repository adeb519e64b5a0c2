// A whole Koda worker in TypeScript. It owns the agent `counter` and counts the words of what it is asked.
//   KODA_TOKEN=... node dist/worker.js http://127.0.0.1:8090
import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { Assignment, AttemptRef } from './gen/koda/worker/v1/assignment_pb.js';
import { StopReason } from './gen/koda/worker/v1/report_pb.js';
import { type WorkRequestSchema, type WorkResponse, WorkerService } from './gen/koda/worker/v1/worker_service_pb.js';

const SLOTS = 4;
const REFUSALS = [Code.Unauthenticated, Code.PermissionDenied, Code.InvalidArgument];

type Request = MessageInitShape<typeof WorkRequestSchema>;
/** `end` is the report that is not known to be committed. */
type Attempt = { ref: AttemptRef; stop?: StopReason; end?: Request };

/** What this worker is for. Longer work looks at isStopped() now and then and returns early. */
async function work(offer: Assignment, isStopped: () => boolean): Promise<string> {
  const until = Date.now() + 1000 * Number(process.env.COUNTER_SECONDS ?? 0);
  while (Date.now() < until && !isStopped()) await sleep(50);
  return `${offer.query.split(/\s+/).filter(Boolean).length} words`;
}

const id = randomUUID();
const held = new Map<string, Attempt>();
let outbox = new PassThrough({ objectMode: true });
// What comes after the end of a connection is sent again on the next one.
const send = (request: Request) => outbox.writable && outbox.write({ credit: SLOTS - held.size, ...request });

async function run(offer: Assignment, attempt: Attempt) {
  try {
    const output = await work(offer, () => attempt.stop !== undefined);
    attempt.end = attempt.stop ? { stops: [{ attempt: attempt.ref, reason: attempt.stop }] } : { completions: [{ attempt: attempt.ref, output }] };
  } catch (error) {
    // Whatever fails is the task's failure, and not the worker's.
    attempt.end = { failures: [{ attempt: attempt.ref, code: 'counter.failed', message: String(error), retryable: true }] };
  }
  send(attempt.end);
}

function take({ offers, stopRequests, closed, lost }: WorkResponse) {
  for (const offer of offers) {
    const attempt: Attempt = { ref: offer.attempt! };
    held.set(attempt.ref.attemptId, attempt);
    send({ accepts: [attempt.ref] });
    void run(offer, attempt);
  }
  for (const { attempt, reason } of stopRequests) {
    const stopped = held.get(attempt!.attemptId);
    if (stopped) stopped.stop = reason;
  }
  for (const { attempt } of [...closed, ...lost]) {
    const gone = held.get(attempt!.attemptId);
    if (!gone) continue;
    gone.stop ??= StopReason.CANCEL;
    held.delete(attempt!.attemptId);
    send({});
  }
}

/** One connection. What was held before goes on; ends that may be lost with the last connection are sent again. */
async function serve(client: ReturnType<typeof createClient<typeof WorkerService>>) {
  outbox = new PassThrough({ objectMode: true });
  const hello = { workerId: id, name: 'typescript example', version: '1', slots: SLOTS, agentIds: ['counter'], role: 'counter', held: [...held.values()].map(({ ref }) => ref) };
  send({ hello });
  for (const { end } of held.values()) if (end) send(end);
  let renewing: NodeJS.Timeout | undefined;
  try {
    for await (const message of client.work(outbox, { headers: { authorization: `Bearer ${process.env.KODA_TOKEN}` } })) {
      if (message.welcome) renewing = setInterval(() => send({ renewals: [...held.values()].map(({ ref }) => ({ attempt: ref })) }), message.welcome.renewEveryMs);
      take(message);
    }
  } finally {
    clearInterval(renewing);
    outbox.end();
  }
}

const client = createClient(WorkerService, createGrpcTransport({ baseUrl: process.argv[2]! }));
for (;;) {
  try {
    await serve(client);
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    if (REFUSALS.includes(code)) throw new Error(`The server refuses this worker: ${rawMessage}`);
    console.error(`${rawMessage}; connecting again`);
  }
  await sleep(200 + Math.random() * 800);
}
