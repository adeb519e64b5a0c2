using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Overview;
using Koda.Server.Engine.Runs;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Overview;

/// <summary>What an operator sees: runs of every kind, their changes, what waits for a person, and what it cost.</summary>
public sealed class OverviewTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private EngineServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await EngineServer.Start(postgres);
        await _server.Publish();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Runs_are_listed_by_pages_newest_first_and_by_state()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add((await _server.Submit()).Id);
        await _server.Get<CancelTask>().Execute(ids[2], "operator", "", default);
        var list = _server.Get<ListRuns>();
        var filter = new RunFilter { AgentId = _server.Agent };

        var seen = new List<Guid>();
        for (string? cursor = null; ;)
        {
            var page = (await list.Execute(filter, 2, cursor, default)).Page;
            seen.AddRange(page.Items.Select(run => run.Id));
            if ((cursor = page.NextCursor) is null)
                break;
        }

        ids.Reverse();
        Assert.Equal(ids, seen);
        var cancelled = await list.Execute(filter with { State = TaskState.Cancelled }, 0, null, default);
        Assert.Equal(ids[2], Assert.Single(cancelled.Page.Items).Id);
    }

    [Fact]
    public async Task Runs_below_another_are_shown_with_it_and_their_usage_is_counted_to_the_root()
    {
        var root = await _server.Submit();
        var child = await Child(root);

        var (run, children) = await _server.Get<GetRun>().Execute(root.Id, default);
        var listed = await _server.Get<ListRuns>().Execute(new RunFilter { AgentId = _server.Agent }, 0, null, default);

        Assert.Equal((child, 1), (Assert.Single(children).Id, children[0].Number));
        Assert.Equal((1, 70L), (run.Descendants, run.Usage.InputTokens));
        Assert.Equal(root.Id, Assert.Single(listed.Page.Items).Id);
        await Assert.ThrowsAsync<EngineException>(() => _server.Get<GetRun>().Execute(Guid.NewGuid(), default));
    }

    [Fact]
    public async Task A_feed_from_the_place_of_a_list_tells_each_run_that_changed_since()
    {
        var old = await _server.Submit();
        var filter = new RunFilter { AgentId = _server.Agent };
        var position = (await _server.Get<ListRuns>().Execute(filter, 0, null, default)).Position;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var feed = _server.Get<WatchRuns>().Execute(filter, position, patience.Token).GetAsyncEnumerator(patience.Token);

        var submitted = await _server.Submit();
        var seen = new List<RunRecord>();
        while (!seen.Exists(run => run.Id == submitted.Id))
        {
            Assert.True(await feed.MoveNextAsync());
            seen.AddRange(feed.Current.Runs);
            Assert.True(feed.Current.Position > position);
        }
        await _server.Get<CancelTask>().Execute(old.Id, "operator", "", default);
        while (seen[^1].State != TaskState.Cancelled)
        {
            Assert.True(await feed.MoveNextAsync());
            seen.AddRange(feed.Current.Runs);
        }

        Assert.Equal(old.Id, seen[^1].Id);
        var ahead = await Assert.ThrowsAsync<EngineException>(async () =>
        {
            await foreach (var _ in _server.Get<WatchRuns>().Execute(filter, long.MaxValue, patience.Token))
                Assert.Fail("The log never came that far.");
        });
        Assert.Equal(ErrorReason.InvalidCursor, ahead.Reason);
    }

    [Fact]
    public async Task The_inbox_holds_what_waits_until_it_is_answered()
    {
        await using var worker = await _server.Connect();
        var task = await _server.Submit(query: "clean up");
        await worker.Suspend(await worker.Take());
        var inbox = _server.Get<ListInbox>();

        var item = Assert.Single((await inbox.Execute(_server.Agent, 0, null, default)).Items);
        var waiting = await _server.Get<ListRuns>()
            .Execute(new RunFilter { AgentId = _server.Agent, State = TaskState.Waiting, AwaitsApproval = true }, 0, null, default);
        await _server.Get<AnswerApproval>()
            .Execute(new ApprovalAnswer(item.Asked.Id, Approve: true, ApprovalScope.Once, "", "", "ana"), default);

        Assert.Equal((task.RunId, RunKind.Task, "clean up", "bash"), (item.Run.Id, item.Run.Kind, item.Run.Title, item.Asked.Tool));
        Assert.Equal(task.Id, Assert.Single(waiting.Page.Items).Id);
        Assert.Empty((await inbox.Execute(_server.Agent, 0, null, default)).Items);
    }

    [Fact]
    public async Task Costs_are_summed_by_agent_model_and_day()
    {
        await using var worker = await _server.Connect();
        await _server.Submit();
        await worker.Complete(
            await worker.Take(), "done", Used("large", 100, micros: 2000), Used("small", 10, micros: 1), Used("large", 1, micros: 500));
        var today = DateOnly.FromDateTime((await _server.Database.InTransaction((t, token) => t.Time(token).AsTask(), default)));
        var filter = new CostFilter(today.AddDays(-1), today.AddDays(1), _server.Agent, Model: "") { ByModel = true, ByDay = true };
        var costs = _server.Get<ListCosts>();

        var byModel = await costs.Execute(filter, 0, null, default);
        var first = await costs.Execute(filter, 1, null, default);
        var second = await costs.Execute(filter, 1, first.Page.NextCursor, default);
        var together = await costs.Execute(filter with { ByModel = false, ByDay = false }, 0, null, default);

        Assert.Equal(
            [("large", 101L, 2500L, 2), ("small", 10L, 1L, 1)],
            byModel.Page.Items.Select(row => (row.Model, row.Used.InputTokens, row.Used.CostMicros, row.Used.ModelCalls)));
        Assert.All(byModel.Page.Items, row => Assert.Equal(("", true), (row.AgentId, row.Day is not null)));
        Assert.Equal(byModel.Page.Items, [.. first.Page.Items, .. second.Page.Items]);
        Assert.Null(second.Page.NextCursor);
        Assert.Equal((2501L, (DateOnly?)null), (Assert.Single(together.Page.Items).Used.CostMicros, together.Page.Items[0].Day));
        Assert.Equal(2501L, together.Total.CostMicros);
    }

    [Fact]
    public async Task Models_that_give_themselves_ever_new_names_are_not_told_apart_without_end()
    {
        await using var worker = await _server.Connect();
        await _server.Submit();
        var assignment = await worker.Take();
        for (var batch = 1; batch <= 30; batch++)
        {
            ReportedEvent[] events = [.. Enumerable.Range(0, 10).Select(call => Used($"{batch}-{call}", 1, micros: 1))];
            await worker.Connection.Report(new EventBatch(assignment.Attempt, batch, events), default);
            await worker.Next<EventsRecorded>();
        }
        await worker.Complete(assignment);

        var days = new CostFilter(DateOnly.MinValue, DateOnly.MaxValue, _server.Agent, Model: "") { ByModel = true };
        var costs = await _server.Get<ListCosts>().Execute(days, 0, null, default);

        Assert.Equal(300, costs.Total.ModelCalls);
        Assert.InRange(costs.Page.Items.Count, 100, 110);
        Assert.Equal(300 - costs.Page.Items.Count + 1, costs.Page.Items.Single(row => row.Model.Length == 0).Used.ModelCalls);
    }

    private static ReportedEvent Used(string model, long tokens, long micros) =>
        new("model.finished", """{"step":1}""", new UsageTotals(tokens, 0, 0, 0, 0, micros, 0, 0), Model: model);

    /// <summary>A run below a task's, which consumed 70 tokens.</summary>
    private async Task<Guid> Child(TaskRecord parent)
    {
        var agent = await _server.Get<Koda.Server.Engine.Agents.AgentCatalog>().Runnable(_server.Agent, default);
        var submission = new TaskSubmission { AgentId = agent.Id, Query = "a part", Principal = "operator" };
        var child = new NewTask(TaskIds.Next(), agent, submission) { Kind = RunKind.Turn, ParentRun = parent.RunId };
        await _server.Database.InTransaction(
            async (transaction, token) =>
            {
                transaction.Defer(RunStore.Insert([child.Run]));
                transaction.Defer(TaskStore.Insert([child], await transaction.Time(token)));
                transaction.Defer(RunStore.AddUsage([(child.Id, new UsageTotals(70, 0, 0, 0, 0, 0, 0, 0))]));
            },
            default);
        return child.Id;
    }
}
