using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Koda.Worker.Tests.Providers;

/// <summary>Answers every request with exact bytes in exact pieces.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = null!;

    public ConcurrentQueue<RecordedRequest> Requests { get; } = new();

    /// <summary>What the next requests get.</summary>
    public ScriptedAnswer Answer { get; set; } = new();

    /// <summary>What a request gets by its body. Null: <see cref="Answer"/>.</summary>
    public Func<JsonObject, ScriptedAnswer>? AnswerTo { get; set; }

    public JsonObject LastBody => Requests.Last().Body;

    public static async Task<ScriptedServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.Run(server.Handle);
        await app.StartAsync();
        server.Url = new Uri(app.Urls.Single());
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task Handle(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        Requests.Enqueue(new RecordedRequest(
            context.Request.Path, body, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())));

        var answer = AnswerTo?.Invoke(body) ?? Answer;
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        await context.Response.StartAsync();
        foreach (var piece in answer.Pieces)
        {
            await context.Response.Body.WriteAsync(piece);
            await context.Response.Body.FlushAsync();
        }
        if (answer.End == AnswerEnd.Cut)
            context.Abort();
        else if (answer.End == AnswerEnd.Silence)
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}

internal sealed record RecordedRequest(string Path, JsonObject Body, IReadOnlyDictionary<string, string> Headers);

internal enum AnswerEnd
{
    Clean,
    Cut,
    Silence,
}

internal sealed record ScriptedAnswer
{
    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "text/event-stream";

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public IReadOnlyList<byte[]> Pieces { get; init; } = [];

    public AnswerEnd End { get; init; }

    public static ScriptedAnswer Text(string text, string contentType = "text/event-stream", AnswerEnd end = AnswerEnd.Clean) =>
        new() { Pieces = [Encoding.UTF8.GetBytes(text)], ContentType = contentType, End = end };

    public static ScriptedAnswer Error(int status, string body, params (string Name, string Value)[] headers) =>
        new() { Status = status, ContentType = "application/json", Pieces = [Encoding.UTF8.GetBytes(body)], Headers = headers };

    /// <summary>The same bytes in two pieces, so that the reader sees them broken at that place.</summary>
    public ScriptedAnswer SplitAt(int position)
    {
        var whole = Pieces.SelectMany(piece => piece).ToArray();
        return this with { Pieces = [whole[..position], whole[position..]] };
    }

    /// <summary>The first bytes only.</summary>
    public ScriptedAnswer CutAt(int position, AnswerEnd end) =>
        this with { Pieces = [Pieces.SelectMany(piece => piece).Take(position).ToArray()], End = end };
}
