using Koda.Cli.Tasks;

namespace Koda.Cli.Tests.Tasks;

public sealed class TaskViewTests
{
    [Theory]
    [InlineData(Runtime.TaskStatus.Completed, null, ExitCode.Ok, "completed")]
    [InlineData(Runtime.TaskStatus.Failed, "agent.max_iterations", ExitCode.Failed, "failed")]
    [InlineData(Runtime.TaskStatus.Failed, "task.cancelled", ExitCode.Cancelled, "cancelled")]
    public void An_outcome_has_an_exit_code_and_a_word(Runtime.TaskStatus status, string? error, int exitCode, string word)
    {
        var task = new Runtime.Task { Status = status, Error = error is null ? null : new() { Code = error } };

        Assert.Equal(exitCode, TaskView.ExitCodeOf(task));
        Assert.Equal(word, TaskView.Status(task));
    }

    [Fact]
    public void A_status_is_shown_with_its_reason()
    {
        var task = new Runtime.Task
        {
            Status = Runtime.TaskStatus.Running,
            StatusReason = new() { Code = "task.cancel_requested", Message = "The task stops after its current step." },
        };

        Assert.Equal("running: The task stops after its current step.", TaskView.StatusInWords(task));
        Assert.Equal("queued", TaskView.StatusInWords(new Runtime.Task { Status = Runtime.TaskStatus.Queued }));
    }

    [Fact]
    public void The_summary_tells_time_calls_tokens_and_cost()
    {
        var begin = DateTimeOffset.UnixEpoch;
        var task = new Runtime.Task
        {
            Status = Runtime.TaskStatus.Completed,
            CreatedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(begin),
            FinishedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(begin.AddSeconds(75)),
            Usage = new() { ModelCalls = 1, ToolCalls = 2, InputTokens = 1200, OutputTokens = 34, CostUsd = 0.01234 },
        };

        Assert.Equal("completed in 1 min 15 s · 1 model call · 2 tool calls · 1,234 tokens · $0.0123", TaskView.Summary(task));
    }

    [Theory]
    [InlineData(0, 0, 0, "completed · 2 tool calls")]
    [InlineData(1, 1, 0, "completed · 1 model call · 2 tool calls · 10 tokens · cost unknown")]
    [InlineData(2, 1, 0.01, "completed · 2 model calls · 2 tool calls · 10 tokens · cost $0.0100 and more")]
    public void What_no_model_did_names_none_and_a_price_that_nobody_knows_is_not_zero(
        int calls, int unpriced, double cost, string summary) =>
        Assert.Equal(
            summary,
            TaskView.Summary(
                new()
                {
                    Status = Runtime.TaskStatus.Completed,
                    Usage = new()
                    {
                        ModelCalls = calls,
                        UnpricedCalls = unpriced,
                        ToolCalls = 2,
                        InputTokens = 10,
                        CostUsd = cost,
                    },
                }));
}
