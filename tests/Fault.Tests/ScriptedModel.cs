using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Koda.Fault.Tests;

/// <summary>What the model says at a step, and the command that it calls bash with. Null: it calls none and has ended.</summary>
internal sealed record ScriptedAnswer(string Text, string? Command);

/// <summary>A model behind OpenAI's wire that answers by how far the conversation is, and counts what it is paid for.</summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<int, ScriptedAnswer> _script;
    private readonly ConcurrentDictionary<int, int> _calls = [];

    private ScriptedModel(WebApplication app, Func<int, ScriptedAnswer> script) => (_app, _script) = (app, script);

    /// <summary>The base URL of the API.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Awaited after the first half of a step's answer is sent; the connection's end cancels it.</summary>
    public Func<int, CancellationToken, Task> InTheMiddle { get; set; } = (_, _) => Task.CompletedTask;

    /// <param name="script">The answer to each step, counted from 1.</param>
    public static async Task<ScriptedModel> Start(Func<int, ScriptedAnswer> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var model = new ScriptedModel(app, script);
        app.MapPost("/v1/chat/completions", model.Answer);
        await app.StartAsync();
        model.Url = new Uri(new Uri(app.Urls.Single()), "/v1");
        return model;
    }

    /// <summary>How often the answer to a step was asked for.</summary>
    public int Calls(int step) => _calls.GetValueOrDefault(step);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!;
        var step = 1 + request["messages"]!.AsArray().Count(message => (string?)message!["role"] == "assistant");
        _calls.AddOrUpdate(step, 1, (_, count) => count + 1);
        var answer = _script(step);
        context.Response.ContentType = "text/event-stream";
        var half = answer.Text.Length / 2;
        await Send(context, new { role = "assistant", content = answer.Text[..half] });
        await InTheMiddle(step, context.RequestAborted);
        await Send(context, new { content = answer.Text[half..] });
        if (answer.Command is { } command)
        {
            var arguments = JsonSerializer.Serialize(new { command });
            var call = new { index = 0, id = $"call_{step}", type = "function", function = new { name = "bash", arguments } };
            await Send(context, new { tool_calls = new[] { call } });
        }
        await Send(context, new { }, answer.Command is null ? "stop" : "tool_calls");
        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static async Task Send(HttpContext context, object delta, string? finishReason = null)
    {
        var choice = new { index = 0, delta, finish_reason = finishReason };
        var chunk = new { id = "scripted", @object = "chat.completion.chunk", model = "scripted", choices = new[] { choice } };
        await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk)}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
