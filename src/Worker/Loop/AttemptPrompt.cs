using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Session;
using Koda.Worker.Tools;
using Polly;

namespace Koda.Worker.Loop;

/// <summary>
/// The system prompt of an attempt, with what skills and, in turns of conversations, the workspace add to it. Once a model was asked, the
/// journal holds the prompt, and a later attempt goes on with that one; a turn begins with a new one, because it asks something else.
/// </summary>
internal sealed class AttemptPrompt(WorkerCalls calls, ResiliencePipeline retry, TimeProvider time)
{
    /// <summary>The assignment with its whole prompt.</summary>
    public async Task<Assignment> WithPrompt(
        Assignment assignment, Conversation conversation, Recorder recorder, Workspace workspace, CancellationToken cancellationToken)
    {
        var hasSkills = assignment.Agent.Skills.Count > 0;
        var isTurn = assignment.Turn is not null;
        if (!hasSkills && !isTurn)
            return assignment;
        assignment = assignment.Clone();
        if (conversation is { System: { } recorded, Begun: true })
        {
            assignment.Agent.SystemPrompt = recorded;
            return assignment;
        }
        if (hasSkills)
            assignment.Agent.SystemPrompt = await Compile(assignment, recorder, workspace, cancellationToken);
        if (isTurn && (assignment.Workspace.Length > 0 || assignment.Agent.Tools.Count > 0))
            assignment.Agent.SystemPrompt = $"{assignment.Agent.SystemPrompt}\n\n{Surroundings.Describe(workspace, time)}".TrimStart();
        return assignment;
    }

    private async Task<string> Compile(Assignment assignment, Recorder recorder, Workspace workspace, CancellationToken cancellationToken)
    {
        var files = WorkspaceSkills.Read(workspace);
        var prompt = await retry.ExecuteAsync(
            async token => await calls.CompilePrompt(assignment.Attempt, files, token), cancellationToken);
        recorder.Report(
            new SkillsAttached(
                [.. prompt.Attached.Select(skill => new JournalSkill(skill.Id, skill.Version, skill.Source, skill.Digest, skill.Reason))],
                [.. prompt.LeftOut.Select(skill => new JournalSkillLeftOut(skill.Id, skill.Reason))]));
        return prompt.SystemPrompt;
    }
}
