using Grpc.Core;
using Koda.Client.Calls;

namespace Koda.Client.Approvals;

/// <summary>Reads and answers approvals.</summary>
public sealed class ApprovalClient
{
    private readonly CallRunner _calls;
    private readonly Runtime.ApprovalService.ApprovalServiceClient _service;

    internal ApprovalClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _service = new(invoker);
    }

    /// <summary>Lists approvals, newest first, reading further pages as they are needed.</summary>
    /// <param name="state">Only approvals in this state. Unspecified: any.</param>
    /// <param name="taskId">Only this task's. Empty: all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<Runtime.Approval> ListAsync(
        Runtime.ApprovalState state = default, string taskId = "", CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) => _calls.Run(
                o => _service.ListApprovalsAsync(new() { State = state, TaskId = taskId, Cursor = cursor }, o), Repeat.WhenSafe, c),
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Reads an approval.</summary>
    public Task<Runtime.Approval> GetAsync(string approvalId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.GetApprovalAsync(new() { ApprovalId = approvalId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Approves or denies an action. Safe to repeat: the same answer again is fine, another one is a conflict.</summary>
    public Task<Runtime.Approval> AnswerAsync(Runtime.AnswerApprovalRequest answer, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.AnswerApprovalAsync(answer, o), Repeat.WhenSafe, cancellationToken);
}
