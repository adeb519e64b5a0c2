using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Koda.Protos.Worker.V1;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace Koda.Follow.Tests.Examples;

/// <summary>A worker under the control of the test: it asks a person before it is done.</summary>
internal sealed class AskingWorker(Uri server, string token) : IAsyncDisposable
{
    private const string Arguments = """{"command":"make"}""";
    private static readonly string s_digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"bash\0{Arguments}")));
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly string _id = Guid.NewGuid().ToString();
    private GrpcChannel? _channel;
    private AsyncDuplexStreamingCall<WorkRequest, WorkResponse>? _work;
    private AttemptRef? _held;

    public async Task Connect()
    {
        Disconnect();
        _channel = GrpcChannel.ForAddress(server);
        _work = new WorkerService.WorkerServiceClient(_channel).Work(new Metadata { { "authorization", $"Bearer {token}" } });
        var hello = new Hello { WorkerId = _id, Name = "test", Slots = 1, AgentIds = { "explorer" } };
        if (_held is not null)
            hello.Held.Add(_held);
        await Send(new WorkRequest { Hello = hello, Credit = _held is null ? 1 : 0 });
    }

    /// <summary>Takes the next task, and has its lease when it returns.</summary>
    public async Task Take()
    {
        await Send(new WorkRequest { Credit = 1 });
        var offer = await Answer(answer => answer.Offers.FirstOrDefault());
        _held = offer.Attempt;
        await Send(new WorkRequest { Accepts = { _held }, Renewals = { new Renewal { Attempt = _held } } });
        await Answer(answer => answer.Renewed.FirstOrDefault());
    }

    /// <summary>Asks whether a command may run, and gives the task back until that is answered.</summary>
    public async Task Ask()
    {
        var approval = new ApprovalRequest
        {
            CallId = "call_1",
            Tool = "bash",
            Arguments = Arguments,
            Preview = "make",
            Risk = "medium",
            Digest = s_digest,
        };
        await Send(
            new WorkRequest
            {
                Suspensions =
                {
                    new Suspension { Attempt = _held, Approval = approval },
                },
            });
        await Answer(answer => answer.Closed.FirstOrDefault());
    }

    public async Task Complete(string output)
    {
        await Send(new WorkRequest { Completions = { new Completion { Attempt = _held, Output = output } } });
        await Answer(answer => answer.Closed.FirstOrDefault());
    }

    public ValueTask DisposeAsync()
    {
        Disconnect();
        return ValueTask.CompletedTask;
    }

    private void Disconnect()
    {
        _work?.Dispose();
        _channel?.Dispose();
    }

    private Task Send(WorkRequest request) => _work!.RequestStream.WriteAsync(request).WaitAsync(s_limit);

    private async Task<T> Answer<T>(Func<WorkResponse, T?> choose)
        where T : class
    {
        while (await _work!.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(s_limit))
        {
            Assert.Empty(_work.ResponseStream.Current.Lost);
            if (choose(_work.ResponseStream.Current) is { } chosen)
                return chosen;
        }
        throw new InvalidOperationException("The server closed the worker's stream.");
    }
}
