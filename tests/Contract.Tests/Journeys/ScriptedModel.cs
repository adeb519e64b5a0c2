using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Koda.Contract.Tests.Journeys;

/// <summary>A model provider that speaks the chat completions wire and the messages wire, streamed, and answers as a test says.</summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedModel(WebApplication app) => _app = app;

    /// <summary>What an agent's provider names as its base URL.</summary>
    public string BaseUrl => $"{_app.Urls.Single()}/v1";

    /// <summary>The same for the messages wire, whose clients add the version themselves.</summary>
    public string MessagesUrl => _app.Urls.Single();

    /// <summary>What was asked, oldest first.</summary>
    public ConcurrentQueue<JsonObject> Requests { get; } = new();

    /// <summary>What the list of models says.</summary>
    public JsonArray Listed { get; set; } = [new JsonObject { ["id"] = ModelTurn.Model }];

    /// <summary>
    /// Plays turns. Which one is next follows from the conversation, so that a task which goes on elsewhere gets the right one.
    /// </summary>
    public static Task<ScriptedModel> Start(params ModelTurn[] turns) => Start((context, request) =>
    {
        var answered = request["messages"]!.AsArray().Count(message => message!["role"]!.GetValue<string>() == "assistant");
        return Stream(context, turns[answered]);
    });

    /// <summary>Answers as the function says.</summary>
    public static async Task<ScriptedModel> Start(Func<HttpContext, JsonObject, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var model = new ScriptedModel(builder.Build());
        model._app.MapPost("/v1/chat/completions", async context =>
        {
            var request = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
            model.Requests.Enqueue(request);
            await answer(context, request);
        });
        model._app.MapPost("/v1/messages", async context =>
        {
            var request = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
            model.Requests.Enqueue(request);
            await answer(context, request);
        });
        model._app.MapGet("/v1/models", () =>
            Results.Text(new JsonObject { ["data"] = model.Listed.DeepClone() }.ToJsonString(), "application/json"));
        await model._app.StartAsync();
        return model;
    }

    /// <summary>
    /// Streams one turn as OpenAI does: deltas, the reason to stop, the usage, the end mark. What asks by the messages wire is answered by
    /// that.
    /// </summary>
    public static async Task Stream(HttpContext context, ModelTurn turn)
    {
        if (context.Request.Path == "/v1/messages")
        {
            await MessagesWire.Stream(context, turn);
            return;
        }
        context.Response.ContentType = "text/event-stream";
        await Send(context, Chunk(turn.Delta, null));
        await Send(context, Chunk([], turn.StopReason));
        await Send(context, new JsonObject
        {
            ["model"] = ModelTurn.Model,
            ["choices"] = new JsonArray(),
            ["usage"] = new JsonObject { ["prompt_tokens"] = ModelTurn.InputTokens, ["completion_tokens"] = ModelTurn.OutputTokens },
        });
        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static JsonObject Chunk(JsonObject delta, string? stopReason) => new()
    {
        ["model"] = ModelTurn.Model,
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = stopReason }),
    };

    private static async Task Send(HttpContext context, JsonObject chunk)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"data: {chunk.ToJsonString()}\n\n"), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
