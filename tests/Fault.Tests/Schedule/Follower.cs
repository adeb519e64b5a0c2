using System.Globalization;
using System.Net.ServerSentEvents;
using Grpc.Core;
using Koda.Protos.Code.V1;
using Grpc.Net.Client;
using Koda.Testing;

namespace Koda.Fault.Tests.Schedule;

/// <summary>
/// Somebody who follows a session for as long as it takes, and connects again after the last event that it has whenever it is cut off.
/// </summary>
internal sealed class Follower : IAsyncDisposable
{
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_ping = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _over = new();
    private readonly List<(long Id, bool EndsTurn)> _seen = [];
    private readonly Lock _gate = new();
    private readonly Task _following;

    private Follower(string name, Func<long, Action<long, bool>, CancellationToken, Task> follow)
    {
        Name = name;
        _following = Follow(follow);
    }

    public string Name { get; }

    /// <summary>The ids of what it saw, in their order.</summary>
    public long[] Seen
    {
        get
        {
            lock (_gate)
                return [.. _seen.Select(item => item.Id)];
        }
    }

    /// <summary>How many ends of turns it saw.</summary>
    public int Turns
    {
        get
        {
            lock (_gate)
                return _seen.Count(item => item.EndsTurn);
        }
    }

    public static Follower OverEvents(KodaServerProcess server, string session) =>
        new($"SSE at {server.Name}", async (after, see, cancellationToken) =>
        {
            using var http = new HttpClient { BaseAddress = server.Url, Timeout = Timeout.InfiniteTimeSpan };
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/sessions/{session}/stream?follow=true&after_id={after}");
            using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            reply.EnsureSuccessStatusCode();
            await using var body = await reply.Content.ReadAsStreamAsync(cancellationToken);
            await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
            {
                if (item.EventId is { } id)
                    see(long.Parse(id, CultureInfo.InvariantCulture), item.EventType is "done" or "error");
            }
        });

    public static Follower OverGrpc(KodaServerProcess server, string session, string token) =>
        new($"gRPC at {server.Name}", async (after, see, cancellationToken) =>
        {
            using var channel = GrpcChannel.ForAddress(
                server.Url,
                new GrpcChannelOptions
                {
                    HttpHandler = new SocketsHttpHandler { KeepAlivePingDelay = s_ping, KeepAlivePingTimeout = s_ping },
                    DisposeHttpClient = true,
                });
            var turns = new TurnService.TurnServiceClient(channel.CreateCallInvoker());
            using var call = turns.StreamSession(
                new()
                {
                    SessionId = session,
                    AfterId = after,
                    Follow = true,
                },
                new Metadata { { "authorization", $"Bearer {token}" } },
                null,
                cancellationToken);
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                var item = call.ResponseStream.Current;
                see(item.Id, item.PayloadCase is SessionEvent.PayloadOneofCase.Done or SessionEvent.PayloadOneofCase.Error);
            }
        });

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task Follow(Func<long, Action<long, bool>, CancellationToken, Task> follow)
    {
        using var again = new PeriodicTimer(s_again);
        while (await again.WaitForNextTickAsync(_over.Token))
        {
            try
            {
                await follow(Seen is [.., var last] ? last : 0, See, _over.Token);
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException or RpcException && !_over.IsCancellationRequested)
            {
                // That is what is tried here.
            }
        }
    }

    private void See(long id, bool endsTurn)
    {
        lock (_gate)
            _seen.Add((id, endsTurn));
    }
}
