using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Evidence;

/// <summary>The log over as many connections as it takes: each goes on after the last part that the one before gave.</summary>
internal sealed class ChainFeed(EvidenceService.EvidenceServiceClient service, CallRunner calls) : IDisposable
{
    private readonly CutFeed _patience = new(calls.Options, onCut: null);
    private AsyncServerStreamingCall<ChainPart>? _call;
    private string _cursor = "";
    private int _attempts;

    /// <returns>The next part; null after the last one.</returns>
    public async Task<ChainPart?> Next(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _call ??= service.ReadChains(new() { Cursor = _cursor }, calls.Prepare(cancellationToken));
                if (await _call.ResponseStream.MoveNext(cancellationToken))
                    return Accept(_call.ResponseStream.Current);
                // A server that goes down may close a stream as if it had ended.
                await Pause(
                    new KodaException(new Status(StatusCode.Unavailable, "The log was closed before its end."), null)
                    {
                        Code = "feed.closed",
                    },
                    cancellationToken);
            }
            catch (RpcException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Pause(ErrorReader.Read(e), cancellationToken);
            }
        }
    }

    public void Dispose() => _call?.Dispose();

    private ChainPart? Accept(ChainPart part)
    {
        if (part.End)
            return null;
        _cursor = part.Cursor;
        _patience.Alive();
        return part;
    }

    private async Task Pause(KodaException error, CancellationToken cancellationToken)
    {
        _call?.Dispose();
        _call = null;
        // Who has nothing yet waits no longer than any other caller for a server that may never come.
        if (_cursor.Length == 0 && ++_attempts >= calls.Options.MaxAttempts)
            throw error;
        await _patience.Pause(error, cancellationToken);
    }
}
