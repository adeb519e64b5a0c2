using Grpc.Core;
using Koda.Client;
using Koda.Follow.Tests.Followers;
using Koda.Protos.Runtime.V1;
using Koda.Protos.Worker.V1;
using Grpc.Net.Client;
using Xunit;
using Task = System.Threading.Tasks.Task;
using WorkerService = Koda.Protos.Worker.V1.WorkerService;

namespace Koda.Follow.Tests;

/// <summary>A task that runs under the control of the test: it is its worker, and records events when told to.</summary>
internal sealed class FollowedTask(Uri server, string token, string workerToken) : IAsyncDisposable
{
    /// <summary>Longer than any test, so that nothing needs to renew it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    public const int BatchSize = 10;

    private const string Progress = "progress";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly KodaClient _client = new(new KodaClientOptions { Url = server, Token = token });
    private readonly List<string> _kinds = ["task.queued", "task.started"];
    private GrpcChannel? _channel;
    private AsyncDuplexStreamingCall<WorkRequest, WorkResponse>? _work;
    private AttemptRef? _attempt;
    private EventBatch? _batch;

    public string Id { get; private set; } = "";

    public string Token => token;

    /// <summary>What the task's log must hold by now.</summary>
    public IReadOnlyList<string> Kinds => _kinds;

    public static async Task<FollowedTask> Submit(Uri server, string token, string workerToken)
    {
        var task = new FollowedTask(server, token, workerToken);
        task.Id = (await task._client.Tasks.SubmitAsync(new SubmitTaskRequest { AgentId = "explorer", Query = "look" })).Id;
        await task.Connect();
        var offer = await task.Answer(answer => answer.Offers is [var first, ..] ? first : null);
        task._attempt = offer.Attempt;
        await task.Send(new WorkRequest { Accepts = { offer.Attempt } });
        return task;
    }

    /// <summary>Records events and returns the number of the last one.</summary>
    public async Task<long> Record(int count)
    {
        await SendEvents(count);
        return await Recorded();
    }

    /// <summary>Sends events and does not wait until they are recorded.</summary>
    public async Task SendEvents(int count)
    {
        _batch = new EventBatch { Attempt = _attempt, Batch = (_batch?.Batch ?? 0) + 1 };
        for (var i = 0; i < count; i++)
        {
            _kinds.Add(Progress);
            _batch.Events.Add(new ReportedEvent { Kind = Progress, Payload = $$"""{"text":"{{_kinds.Count}}"}""" });
        }
        await Send(new WorkRequest { Events = { _batch } });
    }

    /// <summary>Connects to a server that was killed, and sends again what it may not have recorded.</summary>
    public async Task<long> Reconnect()
    {
        await Connect();
        await Send(new WorkRequest { Events = { _batch } });
        return await Recorded();
    }

    public async Task Complete()
    {
        await Send(new WorkRequest { Completions = { new Completion { Attempt = _attempt, Output = "done" } } });
        await Answer(answer => answer.Closed is [var closed, ..] ? closed : null);
        _kinds.Add("task.completed");
    }

    /// <summary>The log as one call reads it.</summary>
    public async Task<IReadOnlyList<SeenEvent>> ReadLog()
    {
        var page = await _client.Tasks.ListEventsAsync(Id, limit: 1000);
        return [.. page.Items.Select(item => new SeenEvent(item.Seq, item.Kind, item.Hash))];
    }

    public async ValueTask DisposeAsync()
    {
        _work?.Dispose();
        _channel?.Dispose();
        await _client.DisposeAsync();
    }

    private async Task Connect()
    {
        _work?.Dispose();
        _channel?.Dispose();
        _channel = GrpcChannel.ForAddress(server);
        _work = new WorkerService.WorkerServiceClient(_channel.CreateCallInvoker())
            .Work(new Metadata { { "authorization", $"Bearer {workerToken}" } });
        var hello = new Hello { WorkerId = Id, Name = "test", Slots = 1 };
        if (_attempt is not null)
            hello.Held.Add(_attempt);
        await Send(new WorkRequest { Hello = hello, Credit = _attempt is null ? 1 : 0 });
    }

    private async Task<long> Recorded() =>
        (await Answer(answer => answer.Recorded.LastOrDefault(recorded => recorded.Batch == _batch!.Batch))).LastSeq;

    private Task Send(WorkRequest request) => _work!.RequestStream.WriteAsync(request).WaitAsync(s_limit);

    private async Task<T> Answer<T>(Func<WorkResponse, T?> choose)
        where T : class
    {
        while (await _work!.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(s_limit))
        {
            var answer = _work.ResponseStream.Current;
            Assert.Empty(answer.Lost);
            if (choose(answer) is { } chosen)
                return chosen;
        }
        throw new InvalidOperationException("The server closed the worker's stream.");
    }
}
