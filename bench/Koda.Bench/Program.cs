using Koda.Bench;

// Prints one JSON line a figure. Started by bench/run, which prints the machine and the conditions.
if (args is ["--database", var first, "--other-database", var second, "--other", var checkout])
{
    await Comparison.Run(first, second, checkout);
    return 0;
}

if (args is not ["--database", var database, "--connection", var connectionString])
{
    Console.Error.WriteLine(
        "usage: Koda.Bench --database postgres://… --connection 'Host=…' | --database postgres://… --other-database postgres://… --other FOLDER"
    );
    return 2;
}

var parts = Environment.GetEnvironmentVariable("BENCH_PARTS")?.Split(',')
    ?? ["idle", "submit", "start", "feed", "replay", "idle-feeds", "sessions", "turns", "depth"];
var tasks = Benchmarks.Setting("BENCH_TASKS", 5000);
await using var probe = new DatabaseProbe(connectionString);
await using var server = await ServerProcess.Start(database);
Benchmarks.Print("koda cold start to ready, migrations included", new { ms = (int)server.ColdStart.TotalMilliseconds });
if (parts.Contains("idle"))
    Benchmarks.Print("koda idle", new { mib = server.ResidentBytes >> 20, queries_per_s = await probe.IdleQueriesPerSecond(10) });
using var benchmarks = new Benchmarks(server);
await benchmarks.Prepare();

foreach (var callers in parts.Contains("submit") ? new[] { 16, 64 } : [])
{
    Benchmarks.Print($"koda submit, {callers} callers", new { per_s = (int)await benchmarks.Submit(callers, tasks) });
    Benchmarks.Print("koda drain over the worker stream, full event log", new { per_s = (int)await benchmarks.Drain(tasks) });
}

if (parts.Contains("start"))
{
    Benchmarks.Print(
        "koda start latency",
        await benchmarks.StartLatency(Benchmarks.Setting("BENCH_RATE", 100), Benchmarks.Setting("BENCH_SECONDS", 10)));
}

using var feeds = new FeedBenchmarks(server, benchmarks);
if (parts.Contains("feed"))
    Benchmarks.Print("koda feed, 1,000 watchers, 1,000 events/s", await feeds.FeedLatency(1000, Benchmarks.Setting("BENCH_SECONDS", 10)));
if (parts.Contains("replay"))
    Benchmarks.Print("koda replay of a 10,000-event run", await feeds.Replay(10_000));
if (parts.Contains("idle-feeds"))
    Benchmarks.Print("koda idle feeds", await feeds.IdleFeeds(Benchmarks.Setting("BENCH_IDLE_FEEDS", 10_000)));

if (parts.Contains("sessions"))
{
    using var sessions = new SessionBenchmarks(server);
    var seconds = Benchmarks.Setting("BENCH_SECONDS", 10);
    Benchmarks.Print(
        "koda sessions, 20 at once, 100 tokens/s each, 3 clients each", await sessions.Streaming(20, 100, 3, warmUp: seconds, seconds));
}

if (parts.Contains("turns"))
{
    using var sessions = new SessionBenchmarks(server);
    Benchmarks.Print(
        "koda turns, 4 sessions at once, a model that answers at once",
        await sessions.TurnLatency(4, Benchmarks.Setting("BENCH_TURNS", 200)));
}

var depth = 0;
var depths = Environment.GetEnvironmentVariable("BENCH_DEPTHS") ?? "1000,100000,10000000";
foreach (var text in parts.Contains("depth") ? depths.Split(',') : [])
{
    var wanted = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    await probe.Fill(wanted - depth);
    depth = wanted;
    Benchmarks.Print(
        $"koda with {depth:N0} tasks queued",
        new { submit_per_s = (int)await benchmarks.Submit(16, tasks), drain_per_s = (int)await benchmarks.Drain(tasks) });
}

Benchmarks.Print("koda server memory after the load", new { mib = server.ResidentBytes >> 20 });
return 0;
