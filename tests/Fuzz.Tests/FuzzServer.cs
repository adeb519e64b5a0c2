using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Koda.Client;
using Koda.Fuzz.Tests.Inputs;
using Koda.Testing;

namespace Koda.Fuzz.Tests;

/// <summary>A server as a process of its own, on a PostgreSQL of its own, with something of everything in it.</summary>
internal sealed class FuzzServer : IAsyncDisposable
{
    private const int ShownLines = 14;
    private const int MostAlarms = 30;

    // 256 MB: what the server keeps may not grow with what it is sent, and what it does not keep is collected before that.
    private const string HeapLimit = "0x10000000";

    private static readonly string[] s_alarms = [" broke with ", "nhandled exception", "An unexpected failure"];

    private readonly DirectoryInfo _folder;
    private readonly PostgresProcess _postgres;
    private readonly KodaServerProcess _server;
    private readonly HttpClient _http;

    private FuzzServer(DirectoryInfo folder, PostgresProcess postgres, KodaServerProcess server, string owner)
    {
        (_folder, _postgres, _server) = (folder, postgres, server);
        Tokens = new FuzzTokens(owner, server.Files.ReadOperatorToken()!, server.Files.ReadWorkerToken()!);
        Owner = owner;
        _http = new HttpClient { BaseAddress = server.Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", owner);
    }

    public Uri Url => _server.Url;

    public FuzzTokens Tokens { get; }

    public Known Known { get; } = new();

    public string Owner { get; }

    /// <summary>What no answer may hold.</summary>
    public IReadOnlyCollection<string> Secrets => [_folder.FullName, AppContext.BaseDirectory.Split("/tests/")[0] + "/"];

    public bool Runs => _server.Runs;

    public static async Task<FuzzServer> Start()
    {
        var folder = Directory.CreateTempSubdirectory("koda-fuzz-");
        // PostgreSQL refuses to run as root; the account that it gets must reach its folder.
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        var postgres = await PostgresProcess.Start(Path.Combine(folder.FullName, "db"));
        var owner = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var server = KodaServerProcess.Create(
            folder.FullName,
            "server",
            postgres.ConnectionString,
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            TimeSpan.FromSeconds(10),
            ("CONTROL_PLANE_API_TOKEN", owner),
            ("CONTROL_PLANE_RATE_LIMIT", "off"),
            ("DOTNET_GCHeapHardLimit", HeapLimit));
        server.Start();
        await server.Ready();
        return new FuzzServer(folder, postgres, server, owner);
    }

    /// <summary>Undoes settings that would keep inputs from their handlers, and adds to what is known.</summary>
    public async Task Prepare()
    {
        await Ask(HttpMethod.Put, "/api/control-plane/settings/system", "{}");
        await Ask(HttpMethod.Put, "/settings/permission", """{"value":{}}""");
        var agent = "fuzz-" + Guid.NewGuid().ToString("N")[..8];
        await Ask(
            HttpMethod.Put,
            $"/api/control-plane/agents/{agent}",
            """{"name":"fuzz","provider":{"kind":"offline"},"system_prompt":"x","tools":["read"]}"""
        );
        await Ask(HttpMethod.Post, $"/api/control-plane/agents/{agent}/publish", "{}");
        Known.Add("agent_id", agent, "atlas", "engineer", "explorer");
        await Ask(HttpMethod.Put, $"/api/control-plane/agents/{agent}/secrets/KEY_A", """{"value":"secret-value-of-fuzz"}""");
        foreach (var name in new[] { "atlas", agent })
            Known.Learn("SubmitTask", await Ask(HttpMethod.Post, "/api/runtime/tasks", $$"""{"agent_id":"{{name}}","query":"x"}"""));
        var session = await Ask(HttpMethod.Post, "/sessions", """{"agent_id":"engineer","title":"x"}""");
        Known.Learn("CreateSession", session);
        if (session.ValueKind == JsonValueKind.Object && session.TryGetProperty("id", out var id))
            await Ask(HttpMethod.Post, $"/sessions/{id.GetString()}/messages", """{"content":"x"}""");
        Known.Add("provider_id", "openai", "ollama", "anthropic", "claude", "mine");
        Known.Add("section", "identity", "prompt", "model", "tools", "memory", "limits", "skills", "permissions");
        Known.Add("key", "permission", "session.budget", "fuzz", "core:openai", "core:ollama");
        Known.Add("connection_key", "core:openai", "core:ollama");
        Known.Add("name", "KEY_A", "fuzz");
        Known.Add("version", "1", "draft", "published");
        Known.Add("skill_id", "code-review", "debug-failure");
        Known.Add("kind", "model.answered", "tool.finished", "progress", "anthropic", "offline", "task");
        Known.Add("fencing_token", "1", "2");
        Known.Add("batch", "1", "2");
        Known.Add("workspace", "/srv/fuzz");
        Known.Add("scopes", "runtime.read", "code.read");
        Known.Add("base_url", "http://127.0.0.1:1");
        Known.Add("risk", "low");
        Known.Add("response", "once", "reject", "text");
        Known.Add("worker_id", "fuzz-worker");
    }

    public KodaClient Client(string token) => new(new KodaClientOptions { Url = Url, Token = token, MaxAttempts = 1 });

    /// <summary>The most memory that the server had at once, in megabytes.</summary>
    public int PeakMegabytes() => Megabytes("VmHWM:");

    /// <summary>The memory that it has, in megabytes.</summary>
    public int Megabytes() => Megabytes("VmRSS:");

    public async Task<bool> IsReady() => (await _http.GetAsync(new Uri("/api/runtime/ready", UriKind.Relative))).IsSuccessStatusCode;

    /// <summary>What the log tells of that should not have happened, each with where it came from.</summary>
    public IReadOnlyList<string> Alarms()
    {
        // What it prints, and its own files.
        var logs = Directory
            .EnumerateFiles(_folder.FullName, "*.log", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(Path.Combine(_folder.FullName, "db"), StringComparison.Ordinal));
        var lines = logs.SelectMany(file => File.ReadLines(file)).ToArray();
        return
        [
            .. Enumerable
                .Range(0, lines.Length)
                .Where(at => s_alarms.Any(alarm => lines[at].Contains(alarm, StringComparison.Ordinal)))
                .Select(at =>
                    (Sort: lines[at].Split(" broke with ")[0], Text: string.Join('\n', lines[at..Math.Min(lines.Length, at + ShownLines)])))
                .DistinctBy(alarm => alarm.Sort)
                .Take(MostAlarms)
                .Select(alarm => alarm.Text),
        ];
    }

    /// <summary>What <c>koda verify</c> says of every chain of the log.</summary>
    public Task<string> Verify() =>
        PeerProcess.Run(
            _folder.FullName,
            TimeSpan.FromMinutes(10),
            "/usr/bin/env",
            $"KODA_URL={Url.GetLeftPart(UriPartial.Authority)}",
            $"KODA_TOKEN={Owner}",
            "dotnet",
            KodaProcess.Program(),
            "verify");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _server.Dispose();
        await _postgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private int Megabytes(string field)
    {
        var line = File.ReadLines($"/proc/{_server.Id.ToString(CultureInfo.InvariantCulture)}/status")
            .Single(line => line.StartsWith(field, StringComparison.Ordinal));
        return int.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private async Task<JsonElement> Ask(HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        using var reply = await _http.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        return reply.Content.Headers.ContentType?.MediaType == "application/json" ? JsonDocument.Parse(text).RootElement.Clone() : default;
    }
}
