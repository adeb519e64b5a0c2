// Submits, reads, lists and cancels a task, then asks for one that is not there: what came of it, as JSON.
import { promisify } from 'node:util';
import { errorInfo, open } from './grpc-js-client.mjs';

const [url, token] = process.argv.slice(2);
const { tasks, metadata } = open(url, token);
const call = (method, request) => promisify(tasks[method]).call(tasks, request, metadata);

const submitted = await call('submitTask', { agentId: 'explorer', query: 'look' });
const read = await call('getTask', { taskId: submitted.id });
const { items } = await call('listTasks', { agentId: 'explorer' });
const cancelled = await call('cancelTask', { taskId: submitted.id, reason: 'enough' });
const failure = await call('getTask', { taskId: `tsk_${'0'.repeat(26)}` }).catch((error) => error);
const { reason, domain } = errorInfo(failure);

console.log(JSON.stringify({
  submitted: submitted.status,
  query: read.query,
  listed: items.some(({ id }) => id === submitted.id),
  cancelled: cancelled.status,
  error: cancelled.error.code,
  failure: failure.code,
  message: failure.details,
  reason,
  domain,
}));
tasks.close();
