using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Koda.Bench;

/// <summary>A model on the chat completions wire that answers at a steady pace; each token is the time at which it was sent.</summary>
internal sealed class StreamingModel : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly int _perSecond;
    private readonly TimeSpan _thought;

    private StreamingModel(WebApplication app, int perSecond, TimeSpan thought)
    {
        (_app, _perSecond, _thought) = (app, perSecond, thought);
        app.MapPost("/v1/chat/completions", Answer);
    }

    /// <summary>How many tokens the answers have that begin from now on.</summary>
    public int Tokens { get; set; }

    public string BaseUrl => $"{_app.Urls.Single()}/v1";

    /// <param name="perSecond">How many tokens a second each answer has.</param>
    /// <param name="thought">How long it thinks before the first one.</param>
    public static async Task<StreamingModel> Start(int perSecond, TimeSpan thought)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var model = new StreamingModel(app, perSecond, thought);
        await app.StartAsync();
        return model;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        var tokens = Tokens;
        context.Response.ContentType = "text/event-stream";
        await Task.Delay(_thought, context.RequestAborted);
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < tokens; i++)
        {
            var wait = TimeSpan.FromSeconds(i / (double)_perSecond) - Stopwatch.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, context.RequestAborted);
            await Send(context, $$"""{"content":" {{Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture)}}"}""", "null");
        }

        await Send(context, "{}", "\"stop\"");
        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static async Task Send(HttpContext context, string delta, string finish)
    {
        var chunk = $$"""data: {"model":"paced","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(chunk + "\n\n"));
        await context.Response.Body.FlushAsync();
    }
}
