// Submits a task, follows it over restarts of the server, and asks on this terminal what the task asks of a person.
//   KODA_TOKEN=... node dist/client.js http://127.0.0.1:8090 atlas "Audit the auth service"
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { ApprovalDecision, ApprovalService } from './gen/koda/runtime/v1/approval_service_pb.js';
import type { Event } from './gen/koda/runtime/v1/event_pb.js';
import { TaskService } from './gen/koda/runtime/v1/task_service_pb.js';

const [url, agentId, query] = process.argv.slice(2) as [string, string, string];
const transport = createGrpcTransport({ baseUrl: url, interceptors: [(next) => (request) => {
  request.header.set('authorization', `Bearer ${process.env.KODA_TOKEN}`);
  return next(request);
}] });
const tasks = createClient(TaskService, transport);
const approvals = createClient(ApprovalService, transport);
const terminal = createInterface({ input: process.stdin, output: process.stdout });

/** Calls again while the server is away. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (![Code.Unavailable, Code.Aborted, Code.Canceled, Code.Internal].includes(ConnectError.from(error).code)) throw error;
      await sleep(500);
    }
  }
}

async function answer({ payload }: Event) {
  const { approval_id: approvalId, tool, arguments: given, digest } = JSON.parse(payload);
  const text = await terminal.question(`Allow ${tool} ${JSON.stringify(given)}? [y/N] `);
  const decision = text.trim() === 'y' ? ApprovalDecision.APPROVE : ApprovalDecision.DENY;
  await patiently(() => approvals.answerApproval({ approvalId, decision, digest }));
}

// The key makes the second try of the same submission the same task.
const headers = { 'idempotency-key': randomUUID() };
const { id: taskId } = await patiently(() => tasks.submitTask({ agentId, query }, { headers }));
let afterSeq = 0n;
await patiently(async () => {
  for await (const event of tasks.watchTask({ taskId, afterSeq })) {
    console.log(`${event.seq} ${event.kind}`);
    if (event.kind === 'approval.requested') await answer(event);
    afterSeq = event.seq;
  }
});
const task = await patiently(() => tasks.getTask({ taskId }));
console.log(task.output ?? task.error?.message);
terminal.close();
