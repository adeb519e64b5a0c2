// What every peer is measured by: the same callers, the same number of tasks, the same rate.
export const settings = {
  tasks: Number(process.env.BENCH_TASKS ?? 5000),
  callers: Number(process.env.BENCH_CALLERS ?? 16),
  rate: Number(process.env.BENCH_RATE ?? 100),
  seconds: Number(process.env.BENCH_SECONDS ?? 10),
};

/** Runs `call` `count` times from `callers` callers, one call each at a time; answers calls per second. */
export async function callsPerSecond(callers, count, call) {
  let left = count;
  const started = performance.now();
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left-- > 0) await call();
  }));
  return count / ((performance.now() - started) / 1000);
}

/** Calls `submit(sentAt)` `rate` times a second; `started(sentAt)` is to be called by the handler. Answers percentiles in ms. */
export async function startLatency({ rate, seconds }, submit, onReady) {
  const latencies = [];
  const total = rate * seconds;
  let finish;
  const all = new Promise(resolve => (finish = resolve));
  onReady(sentAt => {
    latencies.push(performance.now() - sentAt);
    if (latencies.length === total) finish();
  });
  const begin = performance.now();
  for (let i = 0; i < total; i++) {
    const due = begin + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
    void submit(performance.now());
  }
  await all;
  return percentiles(latencies);
}

export function percentiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = p => Number(sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))].toFixed(1));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Resolves when `n` completions were counted. */
export function countdown(n) {
  let resolve;
  const done = new Promise(r => (resolve = r));
  return { done, tick: (by = 1) => { n -= by; if (n <= 0) resolve(performance.now()); } };
}

export const print = (name, figures) => console.log(JSON.stringify({ name, ...figures }));
