using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using Koda.Protos.ControlPlane.V1;
using Koda.Protos.Runtime.V1;
using Grpc.Net.Client;
using Task = System.Threading.Tasks.Task;
using WorkerService = Koda.Protos.Worker.V1.WorkerService;

namespace Koda.Bench;

/// <summary>The figures that the peers have too: submissions, draining, start latency.</summary>
internal sealed class Benchmarks : IDisposable
{
    private const string Agent = "bench-noop";
    private readonly GrpcChannel _channel;
    private readonly Metadata _credentials;
    private readonly HttpClient _http;
    private readonly TaskService.TaskServiceClient _tasks;
    private readonly WorkerService.WorkerServiceClient _workers;

    public Benchmarks(ServerProcess server)
    {
        _channel = GrpcChannel.ForAddress(server.Url);
        _credentials = new Metadata { { "authorization", $"Bearer {server.Token}" } };
        _http = new HttpClient { BaseAddress = server.Url, DefaultRequestHeaders = { { "Authorization", $"Bearer {server.Token}" } } };
        _tasks = new TaskService.TaskServiceClient(_channel);
        _workers = new WorkerService.WorkerServiceClient(_channel);
    }

    public static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    public async Task Prepare()
    {
        var agents = new Koda.Protos.ControlPlane.V1.AgentService.AgentServiceClient(_channel);
        await agents.ApplyAgentAsync(
            new ApplyAgentRequest
            {
                AgentId = Agent,
                Definition = new AgentDefinition { Provider = new ProviderDefinition { Kind = "noop" }, SystemPrompt = "Nothing." },
            },
            _credentials);
        // A server that runs for days is measured, not its just-in-time compiler.
        for (var i = 0; i < Setting("BENCH_WARM_UP", 8); i++)
        {
            await Submit(64, 5_000);
            await Drain(5_000);
        }
    }

    /// <summary>Submissions a second by callers that make one call at a time, each answered after its commit.</summary>
    public async Task<double> Submit(int callers, int count)
    {
        var left = count;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await SubmitOne("nothing");
        })));
        return count / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Submits tasks and answers their ids.</summary>
    public async Task<IReadOnlyList<string>> SubmitMany(int count) => await Task.WhenAll(
        Enumerable.Range(0, count).Select(async _ => (await SubmitOne("nothing")).Id));

    /// <summary>Tasks a second from the worker's connection to the last committed completion.</summary>
    public async Task<double> Drain(int count)
    {
        await using var worker = new NoOpWorker(_workers, _credentials, credit: 512);
        var watch = Stopwatch.StartNew();
        await worker.Start();
        while (worker.Closed < count)
            await Task.Delay(2);
        return count / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Reads of one task a second, by gRPC or by REST: what a face costs where the engine does next to nothing.</summary>
    public async Task<double> Read(bool rest, int callers, int count)
    {
        var id = (await SubmitOne("nothing")).Id;
        var path = new Uri($"/api/runtime/tasks/{id}", UriKind.Relative);
        var left = count;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        while (Interlocked.Decrement(ref left) >= 0)
                            await (
                                rest
                                    ? _http.GetStringAsync(path)
                                    : (Task)_tasks.GetTaskAsync(new GetTaskRequest { TaskId = id }, _credentials).ResponseAsync);
                    })));
        var perSecond = count / watch.Elapsed.TotalSeconds;
        await Drain(1);
        return perSecond;
    }

    /// <summary>Percentiles at a steady rate: from the call to the arrival at the worker, and from the call to its answer.</summary>
    public async Task<object> StartLatency(int rate, int seconds)
    {
        await using var worker = new NoOpWorker(_workers, _credentials, credit: 16);
        await worker.Start();
        var begin = Stopwatch.GetTimestamp();
        var calls = new List<Task>();
        var answered = new ConcurrentBag<double>();
        for (var i = 0; i < rate * seconds; i++)
        {
            var wait = TimeSpan.FromSeconds(i / (double)rate) - Stopwatch.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait);
            calls.Add(SubmitTimed(answered));
        }

        await Task.WhenAll(calls);
        while (worker.Closed < calls.Count)
            await Task.Delay(2);
        return new { start_ms = Percentiles.Of(worker.StartLatencies), answer_ms = Percentiles.Of([.. answered]) };
    }

    public void Dispose()
    {
        _http.Dispose();
        _channel.Dispose();
    }

    public static void Print(string name, object figures) =>
        Console.WriteLine($$"""{"name":{{JsonSerializer.Serialize(name)}},"figures":{{JsonSerializer.Serialize(figures)}}}""");

    private async Task SubmitTimed(ConcurrentBag<double> answered)
    {
        var sentAt = Stopwatch.GetTimestamp();
        await SubmitOne(sentAt.ToString(CultureInfo.InvariantCulture));
        answered.Add(Stopwatch.GetElapsedTime(sentAt).TotalMilliseconds);
    }

    private async Task<Koda.Protos.Runtime.V1.Task> SubmitOne(string query) =>
        await _tasks.SubmitTaskAsync(new SubmitTaskRequest { AgentId = Agent, Query = query }, _credentials);
}
