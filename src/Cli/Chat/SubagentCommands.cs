using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>Commands about agents that work beside the session.</summary>
internal static class SubagentCommands
{
    private const int Shown = 60;

    public static SlashCommand[] All { get; } =
    [
        new("/task", "AGENT WORK", "has another agent work beside the session; the next message tells what it found", Start),
        new("/subagents", "", "lists the agents that work or worked for the session", List),
    ];

    private static async Task Start(ChatRoom room, string arguments, CancellationToken cancellationToken)
    {
        if (arguments.Split((char[]?)null, 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            is not [var agent, var prompt])
        {
            room.Line("Name an agent and its work: /task explorer Where is the configuration read?", Tone.Bad);
            return;
        }
        var started = await room.Api.StartSubagentAsync(
            new()
            {
                SessionId = room.Current.Id,
                AgentId = agent,
                Prompt = prompt,
            },
            cancellationToken);
        room.Line($"{agent} works in session {started.SessionId}", Tone.Faint);
    }

    private static async Task List(ChatRoom room, string arguments, CancellationToken cancellationToken)
    {
        foreach (var subagent in await room.Api.ListSubagentsAsync(room.Current.Id, cancellationToken))
        {
            var state = subagent.TimedOut ? "timed out" : subagent.State.ToString().ToLowerInvariant();
            room.Line(
                $"{subagent.SessionId}  {state,-9}  {Units.Cost(subagent.Cost),8}  {subagent.AgentId}  {Printable.Line(subagent.Title, Shown)}");
        }
    }
}
