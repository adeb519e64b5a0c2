import { open } from './grpc-js-client.mjs';

const [url, token, taskId, afterSeq] = process.argv.slice(2);
const { tasks, metadata } = open(url, token);
const feed = tasks.watchTask({ taskId, afterSeq }, metadata);
feed.on('data', ({ seq, kind, hash }) => console.log(`${seq} ${kind} ${hash}`));
feed.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
