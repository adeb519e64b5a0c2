using System.Text.Json;
using Koda.Cli.Approvals;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary>Shows a task's events as they come, gets its approvals answered, and ends with its output.</summary>
internal sealed class TaskFollower(Session session, bool approveAll, bool quiet)
{
    // What a busy server needs to hand out a task is no news.
    private static readonly TimeSpan s_unexplained = TimeSpan.FromSeconds(3);

    private readonly CliTerminal _terminal = session.Terminal;
    private readonly EventPrinter _printer = new(session.Terminal);
    private readonly ServerWait _server = new(session, session.Json || quiet);

    /// <returns>The exit code that the task's outcome stands for.</returns>
    public async Task<int> Follow(Runtime.Task task, long afterSeq, CancellationToken cancellationToken)
    {
        if (!session.Json && !quiet)
            _terminal.Error.WriteLine(_terminal.PaintError($"task {task.Id}", Tone.Faint));
        using var isQueued = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var explaining = session.Json || quiet ? Task.CompletedTask : ExplainWaiting(task.Id, isQueued.Token);
        try
        {
            // Begun in the middle, the feed may have passed the question already.
            if (afterSeq > 0 && task.HasApprovalId && !await Settle(task.ApprovalId, cancellationToken))
                return ExitCode.WaitsForApproval;
            await foreach (var item in session.Client.Tasks.WatchAsync(task.Id, afterSeq, OnCut, cancellationToken))
            {
                if (item.Kind != "task.queued")
                    await isQueued.CancelAsync();
                Show(item);
                if (item.Kind == "approval.requested" && !await Settle(ApprovalOf(item), cancellationToken))
                    return ExitCode.WaitsForApproval;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _terminal.Error.WriteLine($"\nThe task goes on. Watch it with: koda watch {task.Id}\nStop it with: koda cancel {task.Id}");
            throw;
        }
        finally
        {
            await isQueued.CancelAsync();
            await explaining;
        }
        return Finish(await _server.Run(token => session.Client.Tasks.GetAsync(task.Id, token), cancellationToken));
    }

    private async Task ExplainWaiting(string taskId, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(s_unexplained, cancellationToken);
            var task = await session.Client.Tasks.GetAsync(taskId, cancellationToken);
            if (task is { Status: Runtime.TaskStatus.Queued, StatusReason: { Message.Length: > 0 } reason })
                _printer.Note(Printable.Text(reason.Message));
        }
        catch (Exception notExplained) when (notExplained is OperationCanceledException or Client.KodaException)
        {
            // The task began, or the feed tells of the same trouble.
        }
    }

    private void Show(Runtime.Event item)
    {
        if (session.Json)
            _terminal.Out.WriteLine(JsonOutput.Text(item));
        else if (!quiet)
            _printer.Show(item);
    }

    private void OnCut(Client.KodaException error, TimeSpan pause)
    {
        if (!session.Json && !quiet)
            _printer.Note($"The connection was cut ({error.Code}); trying again in {Units.Duration(pause)}.");
    }

    private static string ApprovalOf(Runtime.Event item)
    {
        using var payload = JsonDocument.Parse(item.Payload);
        return payload.RootElement.GetProperty("approval_id").GetString() ?? "";
    }

    /// <returns>False when the approval waits and nobody here can answer it.</returns>
    private async Task<bool> Settle(string approvalId, CancellationToken cancellationToken)
    {
        var approval = await _server.Run(token => session.Client.Approvals.GetAsync(approvalId, token), cancellationToken);
        if (approval.State != Runtime.ApprovalState.Pending)
            return true;
        if (approveAll)
        {
            await ApprovalPrompt.Answer(
                session, approval, Runtime.ApprovalDecision.Approve, Runtime.ApprovalScope.Once, "koda run --yes", cancellationToken);
            return true;
        }
        if (_terminal.Interactive && !session.Json)
            return await ApprovalPrompt.Ask(session, approval, cancellationToken);
        _terminal.Error.WriteLine(
            $"The task waits for an approval. Answer with: koda approve {approvalId}   (or --deny)   Then: koda watch {approval.TaskId}");
        return false;
    }

    private int Finish(Runtime.Task task)
    {
        if (session.Json)
        {
            _terminal.Out.WriteLine(JsonOutput.Text(task));
            return TaskView.ExitCodeOf(task);
        }
        _printer.EndLine();
        if (!task.HasOutput && !quiet)
            _printer.WriteSaid();
        if (task.HasOutput && !(_terminal.OutIsScreen && _printer.WasShown(task.Output)))
            _terminal.Out.WriteLine(_terminal.OutIsScreen ? Printable.Text(task.Output) : task.Output);
        if (task.Error is { } error)
            _terminal.Error.WriteLine(_terminal.PaintError($"{error.Code}: {Printable.Text(error.Message)}", Tone.Bad));
        if (!quiet)
        {
            var good = task.Status == Runtime.TaskStatus.Completed;
            _terminal.Error.WriteLine(_terminal.PaintError(TaskView.Summary(task), good ? Tone.Good : Tone.Bad));
        }
        return TaskView.ExitCodeOf(task);
    }
}
