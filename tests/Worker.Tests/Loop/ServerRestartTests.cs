using Grpc.Core;
using Koda.Protos.Worker.V1;
using Koda.Worker.Loop;
using Koda.Worker.Session;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class ServerRestartTests
{
    [Fact]
    public async Task An_attempt_waits_for_a_server_that_restarts_before_it_goes_on()
    {
        var server = new RestartingServer(failures: 3);
        var options = new WorkerOptions { ServerUrl = new Uri("http://127.0.0.1"), Token = "token", DefaultWorkspace = Path.GetTempPath() };
        var calls = new WorkerCalls(server, options.Token);
        var runner = new AttemptRunner(options, calls, [], Sandbox.Off("It is a test."), TimeProvider.System, NullLogger.Instance);
        using var attempt = new HeldAttempt(SecondAttempt(), TimeProvider.System, _ => { });

        var outcome = await runner.Run(attempt);

        Assert.Equal(new AttemptOutcome.Completed("done"), outcome);
        Assert.Equal(4, server.Reads);
    }

    private static Assignment SecondAttempt() => new()
    {
        Attempt = new AttemptRef { AttemptId = Guid.CreateVersion7().ToString(), FencingToken = 2 },
        AttemptNumber = 2,
        JournalLength = 1,
        Agent = new AgentSpec { ProviderKind = "offline" },
    };

    /// <summary>Breaks the first readings of the journal off, then gives a final answer.</summary>
    private sealed class RestartingServer(int failures) : CallInvoker, IAsyncStreamReader<JournalEvent>
    {
        private bool _given;

        public int Reads { get; private set; }

        public JournalEvent Current { get; } = new()
        {
            Seq = 1,
            Kind = "model.finished",
            Payload = """
                {"step": 1, "message": {"role": "assistant", "content": [{"type": "text", "text": "done"}]}, "stop_reason": "end_turn",
                    "latency_ms": 1, "first_token_ms": 1, "cost_usd": 0}
                """,
        };

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (Reads <= failures)
                throw new RpcException(new Status(StatusCode.Unavailable, "The server restarts."));
            return System.Threading.Tasks.Task.FromResult(!_given && (_given = true));
        }

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            Reads++;
            var headers = System.Threading.Tasks.Task.FromResult(new Metadata());
            return new((IAsyncStreamReader<TResponse>)(object)this, headers, () => Status.DefaultSuccess, () => [], () => { });
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused();

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unused();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unused();

        private static NotSupportedException Unused() => new("The attempt makes no such call.");
    }
}
