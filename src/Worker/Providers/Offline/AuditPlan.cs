using Koda.Worker.Audit;

namespace Koda.Worker.Providers.Offline;

/// <summary>Lets the audit tool look at the workspace, and gives its report.</summary>
internal sealed class AuditPlan : IOfflinePlan
{
    public string Name => "offline-security-rules";

    public Task<OfflineStep> Next(OfflineConversation conversation, CancellationToken cancellationToken) =>
        Task.FromResult(StepAfter(conversation));

    private static OfflineStep StepAfter(OfflineConversation conversation)
    {
        if (!conversation.Tools.Contains(AuditTool.ToolName))
            return new OfflineStep(
                $"The security rules need the tool {AuditTool.ToolName}, which this agent does not have.\n\n{OfflineProvider.Note} this is a fixed answer."
            );
        if (conversation.Of(AuditTool.ToolName).LastOrDefault() is not { } audit)
            return new OfflineStep($"{OfflineProvider.Note} I check the workspace by fixed rules.", OfflineCall.Audit(conversation.Query));
        return new OfflineStep(audit.IsError
            ? $"Nothing was checked: the audit failed. {audit.Text}\n\n{OfflineProvider.Note} this is a fixed answer."
            : $"{audit.Text.TrimEnd()}\n\n{OfflineProvider.Note} fixed rules read the code.\n");
    }
}
