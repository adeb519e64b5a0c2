using System.Diagnostics;
using Grpc.Core;
using Koda.Protos.Runtime.V1;
using Grpc.Net.Client;
using Task = System.Threading.Tasks.Task;

namespace Koda.Bench;

/// <summary>What watching costs: from a commit to a thousand clients, ten thousand that wait, and a long run read again.</summary>
internal sealed class FeedBenchmarks(ServerProcess server, Benchmarks benchmarks) : IDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(server.Url, new GrpcChannelOptions { MaxReceiveMessageSize = 64 << 20 });
    private readonly Metadata _credentials = new() { { "authorization", $"Bearer {server.Token}" } };
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
    {
        BaseAddress = server.Url,
        DefaultRequestHeaders = { { "Authorization", $"Bearer {server.Token}" }, { "Accept", "text/event-stream" } },
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>
    /// Each of <paramref name="watchers"/> follows a task of its own by SSE while a worker reports one event a second to each of them,
    /// spread evenly, after two seconds to warm up. The time runs from the worker's sending of the event, its commit included, to its
    /// arrival at the client.
    /// </summary>
    public async Task<object> FeedLatency(int watchers, int seconds)
    {
        await using var worker = await ReportingWorker.Start(_channel, _credentials, watchers);
        var tasks = await benchmarks.SubmitMany(watchers);
        await worker.WaitForOffers(watchers);
        using var stop = new CancellationTokenSource();
        var latencies = new List<double>();
        var ready = new CountdownEvent(watchers);
        var following = tasks.Select(task => Follow(task, ready, latencies, stop.Token)).ToArray();
        await Task.Run(() => ready.Wait(TimeSpan.FromMinutes(1)));
        await worker.ReportEvenly(seconds: 2);
        lock (latencies)
            latencies.Clear();
        await worker.ReportEvenly(seconds);
        await Task.Delay(500);
        await stop.CancelAsync();
        await Task.WhenAll(following);
        await worker.CompleteAll();
        return new { delivered = latencies.Count, ms = Percentiles.Of(latencies) };
    }

    /// <summary>Server memory a connection, of <paramref name="count"/> feeds on which nothing happens.</summary>
    public async Task<object> IdleFeeds(int count)
    {
        var task = (await benchmarks.SubmitMany(1))[0];
        var before = server.ResidentBytes;
        var open = new List<HttpResponseMessage>(count);
        foreach (var some in Enumerable.Range(0, count).Chunk(200))
            open.AddRange(await Task.WhenAll(some.Select(_ => Open(task, CancellationToken.None))));
        var after = server.ResidentBytes;
        foreach (var response in open)
            response.Dispose();
        await benchmarks.Drain(1);
        return new { connections = open.Count, kib_each = (after - before) / 1024 / open.Count };
    }

    /// <summary>Milliseconds to read a run of <paramref name="count"/> events from its beginning, by gRPC and by SSE.</summary>
    public async Task<object> Replay(int count)
    {
        await using var worker = await ReportingWorker.Start(_channel, _credentials, 1);
        var task = (await benchmarks.SubmitMany(1))[0];
        await worker.WaitForOffers(1);
        await worker.ReportInBatches(count);
        await worker.CompleteAll();
        var watch = Stopwatch.StartNew();
        using var call = new TaskService.TaskServiceClient(_channel).WatchTask(new WatchTaskRequest { TaskId = task }, _credentials);
        var read = 0;
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
            read++;
        var grpc = watch.ElapsedMilliseconds;
        watch.Restart();
        var text = await _http.GetStringAsync(new Uri($"/api/runtime/tasks/{task}/events", UriKind.Relative));
        return new { events = read, grpc_ms = grpc, sse_ms = watch.ElapsedMilliseconds, sse_mib = text.Length >> 20 };
    }

    public void Dispose()
    {
        _http.Dispose();
        _channel.Dispose();
    }

    private Task<HttpResponseMessage> Open(string task, CancellationToken cancellationToken) => _http.GetAsync(
        new Uri($"/api/runtime/tasks/{task}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private async Task Follow(string task, CountdownEvent ready, List<double> latencies, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Open(task, cancellationToken);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            ready.Signal();
            while (await lines.ReadLineAsync(cancellationToken) is { } line)
            {
                if (ReportingWorker.SentAt(line) is { } sentAt)
                {
                    var latency = Stopwatch.GetElapsedTime(sentAt).TotalMilliseconds;
                    lock (latencies)
                        latencies.Add(latency);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
