using Grpc.Core;
using Koda.Protos.Worker.V1;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Workers;
using Koda.Server.Surfaces.Worker;
using Koda.Server.Tests.Engine;
using Koda.Testing;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace Koda.Server.Tests.Surfaces.Worker;

public sealed class WorkerStreamTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task A_session_that_fails_ends_after_the_message_that_is_being_written()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await using var worker = await server.Connect();
        var (requests, replies) = (new Requests(), new Replies());
        var session = new WorkerStream(worker.Connection, server.Get<TellMcp>(), requests, replies);
        var run = session.Run(new WorkRequest(), default);
        worker.Connection.Answer(new Koda.Server.Engine.Dispatch.AttemptClosed(new AttemptKey(Guid.NewGuid(), 1)));
        await replies.Begun.Task.WaitAsync(s_patience);

        requests.Next.SetException(new InvalidDataException("no message"));
        var ended = await Record.ExceptionAsync(() => run.WaitAsync(s_moment));
        replies.Written.SetResult();

        Assert.IsType<TimeoutException>(ended);
        await Assert.ThrowsAsync<InvalidDataException>(() => run.WaitAsync(s_patience));
    }

    private sealed class Requests : IAsyncStreamReader<WorkRequest>
    {
        public TaskCompletionSource<bool> Next { get; } = new();

        public WorkRequest Current => throw new InvalidOperationException();

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Next.Task;
    }

    private sealed class Replies : IServerStreamWriter<WorkResponse>
    {
        public TaskCompletionSource Begun { get; } = new();

        public TaskCompletionSource Written { get; } = new();

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(WorkResponse message)
        {
            Begun.SetResult();
            return Written.Task;
        }

        public Task WriteAsync(WorkResponse message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
