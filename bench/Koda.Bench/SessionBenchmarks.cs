using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Koda.Bench;

/// <summary>What people see of a model in coding sessions: from the provider's chunk to their screens.</summary>
internal sealed class SessionBenchmarks(ServerProcess server) : IDisposable
{
    private const string Agent = "bench-talker";
    private const int TurnsOfOne = 10;

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
    {
        BaseAddress = server.Url,
        DefaultRequestHeaders = { { "Authorization", $"Bearer {server.Token}" } },
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>
    /// Each of <paramref name="sessions"/> has a turn at once on one worker; its model streams <paramref name="perSecond"/> tokens a
    /// second, and
    /// <paramref name="clients"/> follow each by SSE. The time runs from the provider's sending of a token to its arrival at a client.
    /// Turns of the same kind go before: a server and a worker that run for days are measured, not their just-in-time compilers.
    /// </summary>
    public async Task<object> Streaming(int sessions, int perSecond, int clients, int warmUp, int seconds)
    {
        // As a model does, and time enough for everybody to follow: what is sent before that is no delay of the stream.
        await using var model = await StreamingModel.Start(perSecond, thought: TimeSpan.FromSeconds(1));
        await Define(model);
        using var worker = StartWorker(sessions);
        try
        {
            model.Tokens = perSecond * warmUp;
            await Turns(sessions, clients);
            model.Tokens = perSecond * seconds;
            var followed = await Turns(sessions, clients);
            return new
            {
                expected = sessions * clients * model.Tokens,
                received = followed.Sum(one => one.Count),
                complete = followed.Count(one => one.Count == model.Tokens),
                ms = Percentiles.Of(followed.SelectMany(one => one)),
            };
        }
        finally
        {
            worker.Kill(entireProcessTree: true);
            await worker.WaitForExitAsync();
        }
    }

    /// <summary>
    /// Turns of <paramref name="callers"/> sessions at once, <paramref name="rounds"/> times, whose model answers at once: from sending the
    /// message to the end of the turn's stream. A tenth of the rounds goes before.
    /// </summary>
    public async Task<object> TurnLatency(int callers, int rounds)
    {
        await using var model = await StreamingModel.Start(perSecond: 1000, thought: TimeSpan.Zero);
        model.Tokens = 1;
        await Define(model);
        using var worker = StartWorker(callers);
        try
        {
            var taken = new List<double>();
            string[] ids = [];
            for (var round = 0; round < rounds + rounds / 10; round++)
            {
                // Their conversations stay short.
                if (round % TurnsOfOne == 0)
                    ids = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Create()));
                var times = await Task.WhenAll(ids.Select(Turn));
                if (round >= rounds / 10)
                    taken.AddRange(times);
            }
            return new { turns = taken.Count, ms = Percentiles.Of(taken) };
        }
        finally
        {
            worker.Kill(entireProcessTree: true);
            await worker.WaitForExitAsync();
        }
    }

    private async Task<double> Turn(string session)
    {
        var sentAt = Stopwatch.GetTimestamp();
        await Post($"/sessions/{session}/messages", new { content = "Count." });
        var followed = await Follow(session);
        return followed.Count == 1
            ? Stopwatch.GetElapsedTime(sentAt).TotalMilliseconds
            : throw new InvalidOperationException("A turn ended without its answer.");
    }

    private async Task<IReadOnlyList<List<double>>> Turns(int sessions, int clients)
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => Create()));
        await Task.WhenAll(ids.Select(id => Post($"/sessions/{id}/messages", new { content = "Count." })));
        return await Task.WhenAll(ids.SelectMany(id => Enumerable.Range(0, clients).Select(_ => Follow(id))));
    }

    public void Dispose() => _http.Dispose();

    private async Task Define(StreamingModel model)
    {
        var definition = new
        {
            model = "paced",
            provider = new { kind = "openai", base_url = model.BaseUrl, api_key = "sk-bench" },
            system_prompt = "Count.",
        };
        using var reply = await _http.PutAsJsonAsync(new Uri($"/api/control-plane/agents/{Agent}", UriKind.Relative), definition);
        reply.EnsureSuccessStatusCode();
    }

    private Process StartWorker(int slots)
    {
        var koda = Path.Combine(AppContext.BaseDirectory, "../../../../../src/Cli/bin/Release/app/koda.dll");
        var info = new ProcessStartInfo(
            "dotnet",
            [
                koda,
                "worker",
                "--url",
                server.Url.ToString().TrimEnd('/'),
                "--workspace",
                Path.GetTempPath(),
                "--slots",
                slots.ToString(CultureInfo.InvariantCulture),
            ])
        {
            Environment = { ["KODA_TOKEN"] = server.WorkerToken },
            RedirectStandardOutput = true,
        };
        var worker = Process.Start(info)!;
        worker.OutputDataReceived += (_, _) => { };
        worker.BeginOutputReadLine();
        return worker;
    }

    private async Task<string> Create()
    {
        // With a title of its own no model is asked for one.
        var created = JsonNode.Parse(await Post("/sessions", new { agent_id = Agent, title = "bench" }))!;
        return created["id"]!.GetValue<string>();
    }

    private async Task<string> Post(string path, object body)
    {
        using var reply = await _http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        reply.EnsureSuccessStatusCode();
        return await reply.Content.ReadAsStringAsync();
    }

    private async Task<List<double>> Follow(string session)
    {
        var latencies = new List<double>();
        using var reply = await _http.GetAsync(
            new Uri($"/sessions/{session}/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await reply.Content.ReadAsStreamAsync();
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
        {
            if (item.EventType != "delta")
                continue;
            using var data = JsonDocument.Parse(item.Data);
            foreach (var sentAt in data.RootElement.GetProperty("content").GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                latencies.Add(Stopwatch.GetElapsedTime(long.Parse(sentAt, CultureInfo.InvariantCulture)).TotalMilliseconds);
        }

        return latencies;
    }
}
