using Koda.Bench;

// Prints one JSON line a figure. Started by bench/run, which prints the machine and the conditions.
if (args is not ["--database", var database])
{
    Console.Error.WriteLine("usage: Koda.Bench --database postgres://…");
    return 2;
}

var tasks = Benchmarks.Setting("BENCH_TASKS", 5000);
await using var server = await ServerProcess.Start(database);
Benchmarks.Print("koda cold start to ready, migrations included", new { ms = (int)server.ColdStart.TotalMilliseconds });
using var benchmarks = new Benchmarks(server);
await benchmarks.Prepare();

foreach (var callers in new[] { 16, 64 })
{
    Benchmarks.Print($"koda submit, {callers} callers", new { per_s = (int)await benchmarks.Submit(callers, tasks) });
    Benchmarks.Print("koda drain over the worker stream, full event log", new { per_s = (int)await benchmarks.Drain(tasks) });
}

Benchmarks.Print(
    "koda start latency",
    await benchmarks.StartLatency(Benchmarks.Setting("BENCH_RATE", 100), Benchmarks.Setting("BENCH_SECONDS", 10)));
Benchmarks.Print("koda server resident memory", new { mib = server.ResidentBytes >> 20 });
return 0;
