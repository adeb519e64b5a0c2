import { EventSource } from 'eventsource';

const [url, token, taskId, afterSeq] = process.argv.slice(2);
const source = new EventSource(`${url}/api/runtime/tasks/${taskId}/events?after_seq=${afterSeq}`, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
});
// Its timer for the next connection does not keep node running.
const running = setInterval(() => {}, 60_000);

for (const kind of ['task.queued', 'task.started', 'progress', 'task.completed', 'feed.gap']) {
  source.addEventListener(kind, ({ type, lastEventId, data }) => {
    console.log(`${lastEventId} ${type} ${JSON.parse(data).hash}`);
    if (type !== 'task.completed') return;
    source.close();
    clearInterval(running);
  });
}

// It connects again by itself unless the server refuses it.
source.addEventListener('error', ({ message }) => {
  console.error(message);
  if (source.readyState === EventSource.CLOSED) process.exit(1);
});
