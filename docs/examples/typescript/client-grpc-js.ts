// The same as client.ts, by grpc-js and the types that ts-proto makes.
//   KODA_TOKEN=... node dist/client-grpc-js.js http://127.0.0.1:8090 atlas "Audit the auth service"
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import grpc, { type ServiceError } from '@grpc/grpc-js';
import { type Approval, AnswerApprovalRequest, ApprovalDecision, ApprovalServiceClient } from './gen/grpc-js/koda/runtime/v1/approval_service.js';
import type { Event } from './gen/grpc-js/koda/runtime/v1/event.js';
import type { Task } from './gen/grpc-js/koda/runtime/v1/task.js';
import { GetTaskRequest, SubmitTaskRequest, TaskServiceClient, WatchTaskRequest } from './gen/grpc-js/koda/runtime/v1/task_service.js';

const { status } = grpc;
const AWAY = [status.UNAVAILABLE, status.ABORTED, status.CANCELLED, status.INTERNAL];

const [url, agentId, query] = process.argv.slice(2) as [string, string, string];
const peer = [new URL(url).host, grpc.credentials.createInsecure(), { 'grpc.max_reconnect_backoff_ms': 1000 }] as const;
const tasks = new TaskServiceClient(...peer);
const approvals = new ApprovalServiceClient(...peer);
const terminal = createInterface({ input: process.stdin, output: process.stdout });

function metadata(more: Record<string, string> = {}) {
  const sent = new grpc.Metadata();
  for (const [name, value] of Object.entries({ authorization: `Bearer ${process.env.KODA_TOKEN}`, ...more })) sent.set(name, value);
  return sent;
}

/** A call as a promise. */
const reply = <T>(call: (done: (error: ServiceError | null, value: T) => void) => void) =>
  new Promise<T>((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));

/** Calls again while the server is away. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!AWAY.includes((error as ServiceError).code)) throw error;
      await sleep(500);
    }
  }
}

async function answer({ payload }: Event) {
  const { approval_id: approvalId, tool, arguments: given, digest } = JSON.parse(payload);
  const text = await terminal.question(`Allow ${tool} ${JSON.stringify(given)}? [y/N] `);
  const decision = text.trim() === 'y' ? ApprovalDecision.APPROVAL_DECISION_APPROVE : ApprovalDecision.APPROVAL_DECISION_DENY;
  const request = AnswerApprovalRequest.fromPartial({ approvalId, decision, digest });
  await patiently(() => reply<Approval>((done) => approvals.answerApproval(request, metadata(), done)));
}

// The key makes the second try of the same submission the same task.
const once = metadata({ 'idempotency-key': randomUUID() });
const { id: taskId } = await patiently(() => reply<Task>((done) => tasks.submitTask(SubmitTaskRequest.fromPartial({ agentId, query }), once, done)));
let afterSeq = 0;
await patiently(async () => {
  for await (const event of tasks.watchTask(WatchTaskRequest.fromPartial({ taskId, afterSeq }), metadata()) as AsyncIterable<Event>) {
    console.log(`${event.seq} ${event.kind}`);
    if (event.kind === 'approval.requested') await answer(event);
    afterSeq = event.seq;
  }
});
const task = await patiently(() => reply<Task>((done) => tasks.getTask(GetTaskRequest.fromPartial({ taskId }), metadata(), done)));
console.log(task.output ?? task.error?.message);
terminal.close();
tasks.close();
approvals.close();
