using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Workers;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>One worker's stream: what it says goes to the dispatcher as it comes, what the dispatcher signals goes out gathered.</summary>
internal sealed class WorkerStream(
    WorkerConnection connection,
    TellMcp tellMcp,
    IAsyncStreamReader<Wire.WorkRequest> requests,
    IServerStreamWriter<Wire.WorkResponse> replies)
{
    /// <summary>Runs until the worker closes its side, or either direction fails.</summary>
    public async Task Run(Wire.WorkRequest first, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = Write(ending.Token);
        try
        {
            await Take(first, ending.Token);
            await Read(ending, writing);
        }
        finally
        {
            await ending.CancelAsync();
            // A message that is half written when the call ends would break the stream, and the worker would not hear why it ended.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Read(CancellationTokenSource ending, Task writing)
    {
        while (true)
        {
            var next = requests.MoveNext(ending.Token);
            if (await Task.WhenAny(next, writing) == writing)
            {
                await writing;
                return;
            }

            if (!await next)
                return;
            if (requests.Current.Hello is not null)
                throw new EngineException(ErrorReason.InvalidRequest, "A stream has one hello, in its first message.");
            await Take(requests.Current, ending.Token);
        }
    }

    private async Task Take(Wire.WorkRequest message, CancellationToken cancellationToken)
    {
        connection.Heard();
        if (message.HasCredit)
            connection.SetCredit(message.Credit);
        foreach (var accepted in message.Accepts)
            connection.Accept(ReportReading.Key(accepted));
        foreach (var declined in message.Declines)
            await connection.Decline(ReportReading.Key(declined.Attempt), cancellationToken);
        foreach (var renewal in message.Renewals)
            connection.Renew(ReportReading.Key(renewal.Attempt), renewal.Progress);
        foreach (var batch in message.Events)
            await connection.Report(ReportReading.Batch(batch), cancellationToken);
        foreach (var pause in message.ProviderPauses)
            await connection.Report(ReportReading.PauseReport(pause), cancellationToken);
        foreach (var completion in message.Completions)
            await connection.Report(ReportReading.Completion(completion), cancellationToken);
        foreach (var failure in message.Failures)
            await connection.Report(ReportReading.Failure(failure), cancellationToken);
        foreach (var suspension in message.Suspensions)
            await connection.Report(ReportReading.Suspension(suspension), cancellationToken);
        foreach (var delegation in message.Delegations)
            await connection.Report(ReportReading.Delegation(delegation), cancellationToken);
        foreach (var stop in message.Stops)
            await connection.Report(ReportReading.Stop(stop), cancellationToken);
        if (message.Mcp is not null)
            await tellMcp.Execute(connection, ReportReading.Mcp(message.Mcp), cancellationToken);
        if (message.Draining)
            connection.Drain();
    }

    private async Task Write(CancellationToken cancellationToken)
    {
        var signals = connection.Signals;
        while (await signals.WaitToReadAsync(cancellationToken))
        {
            var message = new Wire.WorkResponse();
            for (var gathered = 0; gathered < SignalBatch.MaxSignals && signals.TryRead(out var signal); gathered++)
                SignalBatch.Add(message, signal);
            await replies.WriteAsync(message, cancellationToken);
        }
    }
}
