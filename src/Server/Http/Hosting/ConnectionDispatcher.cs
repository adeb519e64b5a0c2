using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Koda.Server.Http;

/// <summary>
/// Lets HTTP/1.1 and HTTP/2 share a cleartext port, which Kestrel does not: without TLS nothing negotiates the protocol, so it takes one
/// for all. An HTTP/2 client with prior knowledge begins with a preface that no HTTP/1.1 request looks like; this peeks at it, and hands
/// the connection to the pipeline of an HTTP/2-only endpoint.
/// </summary>
internal sealed class ConnectionDispatcher(TimeSpan prefaceTimeout)
{
    private readonly TaskCompletionSource<ConnectionDelegate> _http2 = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static ReadOnlySpan<byte> Preface => "PRI"u8;

    /// <summary>Takes the pipeline of the HTTP/2-only endpoint. A connection that comes in by that endpoint itself is refused.</summary>
    public ConnectionDelegate CaptureHttp2(ConnectionDelegate pipeline)
    {
        _http2.TrySetResult(pipeline);
        return static connection =>
        {
            connection.Abort();
            return Task.CompletedTask;
        };
    }

    /// <summary>Sends each connection of the public endpoint to the pipeline of its protocol.</summary>
    public ConnectionDelegate Dispatch(ConnectionDelegate http1) => async connection =>
    {
        switch (await IsHttp2(connection))
        {
            case true:
                await (await _http2.Task)(connection);
                break;
            case false:
                await http1(connection);
                break;
        }
    };

    /// <summary>Whether the connection begins with the HTTP/2 preface; null when it ends, or says nothing in time.</summary>
    private async Task<bool?> IsHttp2(ConnectionContext connection)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(closing, connection.ConnectionClosed);
        limit.CancelAfter(prefaceTimeout);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(limit.Token);
                var verdict = Judge(result);
                // Once decided, nothing counts as examined: the next reader must see these bytes at once.
                input.AdvanceTo(result.Buffer.Start, verdict is null ? result.Buffer.End : result.Buffer.Start);
                if (verdict is not null || result.IsCompleted)
                    return verdict;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static bool? Judge(ReadResult result)
    {
        var length = (int)Math.Min(result.Buffer.Length, Preface.Length);
        Span<byte> start = stackalloc byte[length];
        result.Buffer.Slice(0, length).CopyTo(start);
        if (!Preface.StartsWith(start))
            return false;
        return length == Preface.Length ? true : null;
    }
}
