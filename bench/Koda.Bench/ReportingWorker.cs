using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Koda.Protos.Worker.V1;

namespace Koda.Bench;

/// <summary>A worker that holds what it is offered and reports events when it is told to. Each event says when it was sent.</summary>
internal sealed class ReportingWorker : IAsyncDisposable
{
    private const string Mark = "\"sent_at\":";
    private const int BatchSize = 100;
    private static readonly TimeSpan s_renewEvery = TimeSpan.FromSeconds(4);

    private readonly AsyncDuplexStreamingCall<WorkRequest, WorkResponse> _call;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<string, long> _batches = [];
    private readonly List<AttemptRef> _held = [];
    private readonly Task _reading;
    private int _recorded;
    private int _closed;

    private ReportingWorker(AsyncDuplexStreamingCall<WorkRequest, WorkResponse> call)
    {
        _call = call;
        _reading = Read();
    }

    public static async Task<ReportingWorker> Start(ChannelBase channel, Metadata credentials, int slots)
    {
        var call = new WorkerService.WorkerServiceClient(channel).Work(credentials);
        await call.RequestStream.WriteAsync(new WorkRequest
        {
            Hello = new Hello { WorkerId = Guid.NewGuid().ToString(), Name = "bench", Version = "0", Slots = slots },
            Credit = slots,
        });
        return new ReportingWorker(call);
    }

    /// <summary>The time of sending in a line of a feed, or null.</summary>
    public static long? SentAt(string line)
    {
        var at = line.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var digits = line.AsSpan(at + Mark.Length);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return long.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
    }

    public Task WaitForOffers(int count) => Until(() => _held.Count >= count);

    /// <summary>Reports one event a second for each held attempt, spread over the second, and renews each lease in its turn.</summary>
    public async Task ReportEvenly(int seconds)
    {
        var begin = Stopwatch.GetTimestamp();
        var (sent, renewed) = (0, 0);
        while (sent < seconds * _held.Count)
        {
            var elapsed = Stopwatch.GetElapsedTime(begin);
            var message = new WorkRequest();
            for (var due = elapsed / s_renewEvery * _held.Count; renewed < due; renewed++)
                message.Renewals.Add(new Renewal { Attempt = _held[renewed % _held.Count] });
            for (var due = Math.Min(seconds, elapsed.TotalSeconds) * _held.Count; sent < due; sent++)
                message.Events.Add(Batch(_held[sent % _held.Count], 1));
            if (message.Events.Count + message.Renewals.Count > 0)
                await Write(message);
            await Task.Delay(1);
        }
    }

    /// <summary>Reports many events of the one held attempt and waits until they are committed.</summary>
    public async Task ReportInBatches(int count)
    {
        for (var sent = 0; sent < count; sent += BatchSize)
            await Write(new WorkRequest { Events = { Batch(_held[0], Math.Min(BatchSize, count - sent)) } });
        await Until(() => Volatile.Read(ref _recorded) >= (count + BatchSize - 1) / BatchSize);
    }

    public async Task CompleteAll()
    {
        await Write(new WorkRequest { Completions = { _held.Select(attempt => new Completion { Attempt = attempt, Output = "done" }) } });
        await Until(() => Volatile.Read(ref _closed) >= _held.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _call.RequestStream.CompleteAsync();
        await _reading;
        _call.Dispose();
        _writing.Dispose();
    }

    private static async Task Until(Func<bool> isTrue)
    {
        while (!isTrue())
            await Task.Delay(5);
    }

    private EventBatch Batch(AttemptRef attempt, int events)
    {
        var number = _batches[attempt.AttemptId] = _batches.GetValueOrDefault(attempt.AttemptId) + 1;
        var batch = new EventBatch { Attempt = attempt, Batch = number };
        for (var i = 0; i < events; i++)
        {
            var sentAt = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
            batch.Events.Add(
                new ReportedEvent
                {
                    Kind = "progress",
                    Payload = $"{{{Mark}{sentAt},\"text\":\"A line of what an agent does, of a usual length.\"}}",
                });
        }

        return batch;
    }

    private async Task Write(WorkRequest message)
    {
        await _writing.WaitAsync();
        try
        {
            await _call.RequestStream.WriteAsync(message);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task Read()
    {
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            var message = _call.ResponseStream.Current;
            Interlocked.Add(ref _recorded, message.Recorded.Count);
            Interlocked.Add(ref _closed, message.Closed.Count);
            if (message.Offers.Count == 0)
                continue;
            var accepts = new WorkRequest { Accepts = { message.Offers.Select(offer => offer.Attempt) } };
            _held.AddRange(accepts.Accepts);
            await Write(accepts);
        }
    }
}
