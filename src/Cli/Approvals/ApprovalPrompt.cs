using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.Common.V1;

namespace Koda.Cli.Approvals;

/// <summary>Asks a person at the terminal about an action, and sends the answer.</summary>
internal static class ApprovalPrompt
{
    /// <returns>False when the person leaves the question open.</returns>
    public static async Task<bool> Ask(Session session, Runtime.Approval approval, CancellationToken cancellationToken)
    {
        var terminal = session.Terminal;
        ApprovalView.Write(terminal, approval);
        while (true)
        {
            terminal.Error.Write(ConsentKeys.Line($"{Printable.Line(approval.Tool, 80)} in this task", later: true));
            // The console cannot be read with a cancellation, so Ctrl-C leaves the reader behind; the process ends anyway.
            var line = await Task.Run(terminal.In.ReadLine, cancellationToken).WaitAsync(cancellationToken);
            switch (line is null ? Consent.Later : ConsentKeys.Read(line))
            {
                case Consent.Yes:
                    await Approve(Runtime.ApprovalScope.Once);
                    return true;
                case Consent.Always:
                    await Approve(Runtime.ApprovalScope.Always);
                    return true;
                case Consent.No:
                    await Answer(session, approval, Runtime.ApprovalDecision.Deny, Runtime.ApprovalScope.Once, "", cancellationToken);
                    return true;
                case Consent.Later:
                    return false;
            }
        }

        Task Approve(Runtime.ApprovalScope scope) =>
            Answer(session, approval, Runtime.ApprovalDecision.Approve, scope, "", cancellationToken);
    }

    public static async Task Answer(
        Session session, Runtime.Approval approval, Runtime.ApprovalDecision decision, Runtime.ApprovalScope scope, string rationale,
        CancellationToken cancellationToken)
    {
        try
        {
            // The digest binds the answer to the action that was shown.
            await session.Client.Approvals.AnswerAsync(new Runtime.AnswerApprovalRequest
            {
                ApprovalId = approval.Id,
                Decision = decision,
                Scope = scope,
                Rationale = rationale,
                Digest = approval.Digest,
            }, cancellationToken);
        }
        catch (KodaException e) when (e.Reason is ErrorReason.ApprovalAlreadyAnswered or ErrorReason.ApprovalExpired)
        {
            session.Terminal.Error.WriteLine(e.Message);
        }
    }
}
