import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { TaskService } from './gen/koda/runtime/v1/task_service_pb.js';

const [url, token, taskId, afterSeq] = process.argv.slice(2);
const tasks = createClient(TaskService, createGrpcTransport({ baseUrl: url }));
const headers = { authorization: `Bearer ${token}` };
for await (const { seq, kind, hash } of tasks.watchTask({ taskId, afterSeq: BigInt(afterSeq) }, { headers })) {
  console.log(`${seq} ${kind} ${hash}`);
}
