using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Koda.Protos.Worker.V1;

namespace Koda.Bench;

/// <summary>
/// The least that a worker is: takes offers and completes them at once. It stands for a no-op handler of a queue's client library.
/// </summary>
internal sealed class NoOpWorker(WorkerService.WorkerServiceClient client, Metadata credentials, int credit) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private AsyncDuplexStreamingCall<WorkRequest, WorkResponse>? _call;
    private Task _running = Task.CompletedTask;
    private int _closed;

    /// <summary>Milliseconds from the submission to the arrival of each offer, where the query says when it was sent.</summary>
    public List<double> StartLatencies { get; } = [];

    /// <summary>How many completions are committed.</summary>
    public int Closed => Volatile.Read(ref _closed);

    public async Task Start()
    {
        _call = client.Work(credentials, cancellationToken: _stop.Token);
        await _call.RequestStream.WriteAsync(new WorkRequest
        {
            Hello = new Hello { WorkerId = Guid.NewGuid().ToString(), Name = "bench", Version = "0", Slots = credit },
            Credit = credit,
        });
        _running = Run(_call);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (RpcException ended) when (ended.StatusCode == StatusCode.Cancelled)
        {
            // Asked for above.
        }

        _call?.Dispose();
        _stop.Dispose();
    }

    private async Task Run(AsyncDuplexStreamingCall<WorkRequest, WorkResponse> call)
    {
        var free = credit;
        while (await call.ResponseStream.MoveNext(_stop.Token))
        {
            var message = call.ResponseStream.Current;
            free += message.Closed.Count + message.Lost.Count - message.Offers.Count;
            var reply = new WorkRequest { Credit = free };
            foreach (var offer in message.Offers)
            {
                if (long.TryParse(offer.Query, CultureInfo.InvariantCulture, out var sentAt))
                    StartLatencies.Add(Stopwatch.GetElapsedTime(sentAt).TotalMilliseconds);
                reply.Accepts.Add(offer.Attempt);
                reply.Completions.Add(new Completion { Attempt = offer.Attempt, Output = "done" });
            }

            await call.RequestStream.WriteAsync(reply);
            Interlocked.Add(ref _closed, message.Closed.Count);
        }
    }
}
