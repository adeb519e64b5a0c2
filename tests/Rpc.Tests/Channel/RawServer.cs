using System.Net;
using Grpc.Core;
using Koda.Rpc.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Koda.Rpc.Tests.Channel;

/// <summary>An HTTP/2 server whose answers a test writes byte by byte.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RawServer(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<RawServer> StartAsync(RequestDelegate handler, int port = 0, Action<ListenOptions>? listen = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, options =>
        {
            options.Protocols = HttpProtocols.Http2;
            listen?.Invoke(options);
        }));
        var app = builder.Build();
        app.Run(handler);
        await app.StartAsync();
        return new RawServer(app);
    }

    public RpcChannel Connect(RpcChannelOptions? options = null) => RpcChannel.ForAddress(Address, options);

    /// <summary>Takes no more calls, and ends when those that run have.</summary>
    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>Answers in the form of gRPC.</summary>
internal static class RawAnswers
{
    public static async Task ReplyAsync(this HttpContext http, params string[] messages)
    {
        await http.SendAsync(messages);
        http.End(StatusCode.OK);
    }

    public static async Task SendAsync(this HttpContext http, params string[] messages)
    {
        if (!http.Response.HasStarted)
            http.Response.ContentType = "application/grpc";
        await http.Response.BodyWriter.WriteAsync(Frames.Encode(messages), http.RequestAborted);
    }

    public static void End(this HttpContext http, StatusCode code, string? message = null)
    {
        http.Response.AppendTrailer("grpc-status", ((int)code).ToString());
        if (message is not null)
            http.Response.AppendTrailer("grpc-message", message);
    }

    /// <summary>A reply of headers only.</summary>
    public static void Fail(this HttpContext http, StatusCode code, string message = "")
    {
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = ((int)code).ToString();
        http.Response.Headers["grpc-message"] = message;
    }
}
