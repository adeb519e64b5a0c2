using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Koda.Http.Tests.Library;
using Koda.Http.Tests.Rest;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Http.Tests.Feeds;

public sealed class LiveFeedTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task An_event_is_sent_at_once_while_the_feed_goes_on()
    {
        await using var server = await LibraryServer.Start();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Script.Watch = async (_, replies, _) =>
        {
            await replies.WriteAsync(new BookEvent { Seq = 1 });
            await release.Task;
        };

        using var reader = await Open(server);

        Assert.Equal(["retry: 1000", "", "id: 1"], await Read(reader, 3));
        release.SetResult();
    }

    [Fact]
    public async Task A_silent_feed_opens_and_is_kept_alive_by_comments()
    {
        var time = new ManualTime();
        await using var server = await LibraryServer.Start(services => services.AddSingleton<TimeProvider>(time));
        server.Script.Watch = (_, _, context) => UntilCancelled(context);

        var opening = Open(server);
        await time.UntilArmed(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        using var reader = await opening;
        Assert.Equal(["retry: 1000", ""], await Read(reader, 2));
        for (var ping = 0; ping < 2; ping++)
        {
            await time.UntilArmed(TimeSpan.FromSeconds(10));
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal([": ping", ""], await Read(reader, 2));
        }
    }

    [Fact]
    public async Task A_feed_that_ends_because_the_server_stops_does_not_say_that_it_is_complete()
    {
        await using var server = await LibraryServer.Start();
        server.Script.Watch = async (_, replies, context) =>
        {
            await replies.WriteAsync(new BookEvent { Seq = 1 });
            var draining = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = context.GetDraining().Register(draining.SetResult);
            await draining.Task;
        };
        using var reader = await Open(server);
        await Read(reader, 3);

        await server.Stop().WaitAsync(s_patience);

        Assert.DoesNotContain("event: end", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_goes_away_ends_the_feed()
    {
        await using var server = await LibraryServer.Start();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Script.Watch = async (_, replies, context) =>
        {
            await replies.WriteAsync(new BookEvent { Seq = 1 });
            await using var registration = context.CancellationToken.Register(ended.SetResult);
            await UntilCancelled(context);
        };
        var reader = await Open(server);
        await Read(reader, 1);

        reader.Dispose();

        await ended.Task.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_caller_that_reads_nothing_holds_the_writer_back_and_is_cut_off()
    {
        await using var server = await LibraryServer.Start(services =>
            services.Configure<RpcOptions>(options => options.WriteTimeout = TimeSpan.FromMilliseconds(300)));
        var cut = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Script.Watch = async (_, replies, _) =>
        {
            var written = 0;
            try
            {
                for (; written < 1_000; written++)
                    await replies.WriteAsync(new BookEvent { Seq = 1, Note = $"\"{new string('x', 64 * 1024)}\"" });
            }
            finally
            {
                cut.SetResult(written);
            }
        };
        using var peer = new TcpClient();
        await peer.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await peer.GetStream().WriteAsync("GET /v1/books/b/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"u8.ToArray());

        Assert.InRange(await cut.Task.WaitAsync(s_patience), 1, 999);
    }

    private static Task UntilCancelled(ServerCallContext context) => Task.Delay(Timeout.Infinite, context.CancellationToken);

    private static async Task<StreamReader> Open(LibraryServer server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/books/b/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        var reply = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(s_patience);
        return new StreamReader(await reply.Content.ReadAsStreamAsync());
    }

    private static async Task<List<string?>> Read(StreamReader reader, int lines)
    {
        var read = new List<string?>();
        while (read.Count < lines)
            read.Add(await reader.ReadLineAsync().WaitAsync(s_patience));
        return read;
    }
}
