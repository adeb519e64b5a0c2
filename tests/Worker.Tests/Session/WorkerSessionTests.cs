using Grpc.Core;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Koda.Worker.Tests.Session;

public sealed class WorkerSessionTests : IDisposable
{
    private readonly FakeServer _server = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task A_task_is_accepted_run_and_completed()
    {
        var session = Start(async attempt =>
        {
            attempt.Report(Event("progress"));
            await attempt.Committed(attempt.Stop.Now);
            attempt.Report(Event("last"));
            return new AttemptOutcome.Completed("answer");
        });
        await Connected();
        _server.Offer(FakeServer.Task("one"));

        await _server.Until(() => _server.Requests.Any(request => request.Completions.Count > 0));

        var completion = _server.Requests.SelectMany(request => request.Completions).Single();
        Assert.Equal("answer", completion.Output);
        // The last event goes with the completion, or ahead of it when the stream was free just then.
        Assert.Equal(["progress", "last"], _server.Recorded.Concat(completion.Events).Select(reported => reported.Kind));
        Assert.Single(_server.Requests.SelectMany(request => request.Accepts));
        await Stop(session);
    }

    [Fact]
    public async Task Tasks_without_work_are_accepted_and_completed_in_one_message()
    {
        var session = Start(_ => throw new InvalidOperationException("Nothing is run."), slots: 256);
        await Connected();
        _server.Offer([.. Enumerable.Range(0, 200).Select(n => FakeServer.Task($"{n}", "noop"))]);

        await _server.Until(() => _server.Requests.Sum(request => request.Completions.Count) == 200);

        var message = _server.Requests.First(request => request.Completions.Count > 0);
        Assert.Equal(200, message.Completions.Count);
        Assert.Equal(message.Accepts, message.Completions.Select(completion => completion.Attempt));
        Assert.Equal(256, message.Credit);
        await Stop(session);
    }

    [Fact]
    public async Task More_offers_than_slots_are_declined()
    {
        var session = Start(RunUntilStopped, slots: 1);
        await Connected();
        _server.Offer(FakeServer.Task("one"), FakeServer.Task("two"));

        await _server.Until(() => _server.Requests.Any(request => request.Declines.Count > 0));

        Assert.Equal(0, _server.Requests.Last(request => request.HasCredit).Credit);
        Assert.Single(_server.Requests.SelectMany(request => request.Accepts));
        await Stop(session);
    }

    [Fact]
    public async Task What_was_not_confirmed_is_sent_again_after_a_reconnect_and_recorded_once()
    {
        var session = Start(async attempt =>
        {
            attempt.Report(Event("first"));
            await attempt.Committed(attempt.Stop.Now);
            return new AttemptOutcome.Completed("answer");
        });
        await Connected();
        _server.Silent = true;
        var task = FakeServer.Task("one");
        _server.Offer(task);
        await _server.Until(() => _server.Recorded.Count == 1);

        _server.Cut();
        await _server.Until(() => _server.Connections == 2);
        await _server.Until(() => _server.Requests.Sum(request => request.Events.Count) == 2);
        _server.Silent = false;
        _server.Cut();
        await _server.Until(() => _server.Requests.Any(request => request.Completions.Count > 0));

        Assert.Single(_server.Recorded);
        Assert.Contains(_server.Requests, request => request.Hello?.Held.SingleOrDefault()?.AttemptId == task.Attempt.AttemptId);
        Assert.All(_server.Requests.SelectMany(request => request.Events), batch => Assert.Equal(1, batch.Batch));
        await Stop(session);
    }

    [Fact]
    public async Task An_end_that_was_not_confirmed_is_sent_again()
    {
        var session = Start(_ =>
            Task.FromResult<AttemptOutcome>(new AttemptOutcome.Failed("code", "message", true, TimeSpan.FromSeconds(2))));
        await Connected();
        _server.Silent = true;
        _server.Offer(FakeServer.Task("one"));
        await _server.Until(() => _server.Requests.Any(request => request.Failures.Count > 0));
        _server.Silent = false;

        _server.Cut();

        await _server.Until(() => _server.Requests.Sum(request => request.Failures.Count) == 2);
        Assert.Equal(2000, _server.Requests.Last(request => request.Failures.Count > 0).Failures[0].RetryAfterMs);
        await Stop(session);
    }

    [Fact]
    public async Task A_lost_attempt_is_stopped_at_once_and_reports_nothing()
    {
        var stopped = new TaskCompletionSource();
        var session = Start(async attempt =>
        {
            await RunUntilStopped(attempt);
            attempt.Report(Event("late"));
            stopped.SetResult();
            return new AttemptOutcome.Completed("late");
        });
        await Connected();
        var task = FakeServer.Task("one");
        _server.Offer(task);
        await _server.Until(() => _server.Requests.Any(request => request.Accepts.Count > 0));

        _server.Send(new WorkResponse { Lost = { new AttemptLost { Attempt = task.Attempt, Reason = "superseded" } } });
        await stopped.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await Stop(session);

        Assert.Empty(_server.Recorded);
        Assert.Empty(_server.Requests.SelectMany(FakeServer.Ends));
    }

    [Theory]
    [InlineData(StopReason.Cancel)]
    [InlineData(StopReason.Pause)]
    public async Task An_attempt_that_is_to_stop_answers_with_the_reason(StopReason reason)
    {
        var session = Start(RunUntilStopped);
        await Connected();
        var task = FakeServer.Task("one");
        _server.Offer(task);
        await _server.Until(() => _server.Requests.Any(request => request.Accepts.Count > 0));

        _server.Send(new WorkResponse { StopRequests = { new StopRequest { Attempt = task.Attempt, Reason = reason } } });

        await _server.Until(() => _server.Requests.Any(request => request.Stops.Count > 0));
        Assert.Equal(reason, _server.Requests.SelectMany(request => request.Stops).Single().Reason);
        await Stop(session);
    }

    [Fact]
    public async Task Leases_are_renewed_while_an_attempt_runs()
    {
        _server.Lease = (60_000, 50);
        var session = Start(attempt =>
        {
            attempt.Progress("thinking");
            return RunUntilStopped(attempt);
        });
        await Connected();
        _server.Offer(FakeServer.Task("one"));

        await _server.Until(() =>
            _server.Requests.Count(request => request.Renewals.Any(renewal => renewal.Progress == "thinking")) > 2);
        await Stop(session);
    }

    [Fact]
    public async Task An_attempt_whose_lease_ran_out_unrenewed_is_dropped()
    {
        _server.Lease = (200, 50);
        var dropped = new TaskCompletionSource();
        var session = Start(async attempt =>
        {
            await RunUntilStopped(attempt);
            dropped.SetResult();
            return new AttemptOutcome.Completed("late");
        });
        await Connected();
        _server.Silent = true;
        _server.Offer(FakeServer.Task("one"));

        await dropped.Task.WaitAsync(TimeSpan.FromMinutes(1));

        await Stop(session);
        Assert.Empty(_server.Requests.SelectMany(FakeServer.Ends));
    }

    [Fact]
    public async Task A_leaving_worker_gives_its_attempts_back()
    {
        var session = Start(RunUntilStopped);
        await Connected();
        _server.Offer(FakeServer.Task("one"));
        await _server.Until(() => _server.Requests.Any(request => request.Accepts.Count > 0));

        await Stop(session);

        Assert.Equal(StopReason.Drain, _server.Requests.SelectMany(request => request.Stops).Single().Reason);
        Assert.Contains(_server.Requests, request => request.Draining);
    }

    [Fact]
    public async Task A_server_that_leaves_gets_what_is_held_and_the_worker_connects_again()
    {
        var finish = new TaskCompletionSource();
        var session = Start(async _ =>
        {
            await finish.Task;
            return new AttemptOutcome.Completed("answer");
        });
        await Connected();
        _server.Offer(FakeServer.Task("one"));
        await _server.Until(() => _server.Requests.Any(request => request.Accepts.Count > 0));

        _server.Send(new WorkResponse { Drain = true });
        await _server.Until(() => _server.Requests.Last(request => request.HasCredit).Credit == 0);
        Assert.Equal(1, _server.Connections);
        finish.SetResult();

        await _server.Until(() => _server.Connections == 2 && _server.Requests.Last(request => request.HasCredit).Credit == 4);
        Assert.Single(_server.Requests.SelectMany(request => request.Completions));
        await Stop(session);
    }

    [Fact]
    public async Task A_worker_that_the_server_refuses_gives_up()
    {
        _server.Refusal = new Status(StatusCode.PermissionDenied, "The token lacks the scope worker.");

        var error = await Assert.ThrowsAsync<RpcException>(() => Start(RunUntilStopped));

        Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
    }

    [Fact]
    public async Task A_worker_whose_reports_are_refused_as_nonsense_gives_up()
    {
        var session = Start(RunUntilStopped);
        await Connected();

        _server.Cut(StatusCode.InvalidArgument);

        var error = await Assert.ThrowsAsync<RpcException>(() => session.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    private static async Task<AttemptOutcome> RunUntilStopped(HeldAttempt attempt)
    {
        var asked = new TaskCompletionSource();
        await using var registration = attempt.Stop.Now.Register(() => asked.TrySetResult());
        await asked.Task;
        return new AttemptOutcome.Stopped(attempt.Stop.Reason);
    }

    private Task Start(Func<HeldAttempt, Task<AttemptOutcome>> run, int slots = 4)
    {
        var options = new WorkerOptions
        {
            ServerUrl = new Uri("http://unused"),
            Token = "token",
            Slots = slots,
            PauseTimeout = TimeSpan.FromMilliseconds(50),
            DrainTimeout = TimeSpan.FromMilliseconds(50),
        };
        var session = new WorkerSession(options, new WorkerCalls(_server, "token"), run, TimeProvider.System, NullLogger.Instance);
        return session.Run(_stop.Token);
    }

    private Task Connected() => _server.Until(() => _server.Requests.Any(request => request.HasCredit));

    private async Task Stop(Task session)
    {
        await _stop.CancelAsync();
        await session.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static ReportedEvent Event(string kind) => new() { Kind = kind, Payload = "{}" };
}
