using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>Commands about who answers, and with what: the agent, the model, how much it reasons, the servers of tools.</summary>
internal static class ChoiceCommands
{
    public static SlashCommand[] All { get; } =
    [
        new("/agent", "[ID]", "lists the agents, or lets another one answer", Agent),
        new("/model", "[ID]", "lists the models, or asks another one; '-' is the agent's own", Model),
        new("/variant", "[NAME]", "how much the model reasons: adaptive, low, high, max; without a name as the agent says", Variant),
        new("/mcp", "[refresh]", "lists the MCP servers of the workers, or has them read their list again", Mcp),
    ];

    private static async Task Agent(ChatRoom room, string id, CancellationToken cancellationToken)
    {
        if (id.Length > 0)
        {
            room.Current = await room.Api.SetAgentAsync(room.Current.Id, id, cancellationToken);
            room.Line($"{id} answers from now on", Tone.Faint);
            return;
        }
        foreach (var agent in await room.Api.ListAgentsAsync(cancellationToken))
            room.Line($"{Mark(agent.Id == room.Current.AgentId)} {agent.Id,-16}  {Printable.Line(agent.Description, 80)}");
    }

    private static async Task Model(ChatRoom room, string id, CancellationToken cancellationToken)
    {
        if (id.Length > 0)
        {
            room.Current = await room.Api.SetModelAsync(room.Current.Id, id == "-" ? "" : id, cancellationToken);
            room.Line($"{(id == "-" ? "the agent's own model" : id)} is asked from now on", Tone.Faint);
            return;
        }
        var models = await room.Api.ListModelsAsync(cancellationToken);
        if (models.Count == 0)
            room.Line(
                "No provider is connected that lists models: koda providers connect. What an agent's own provider knows can be asked by its name."
            );
        foreach (var model in models)
            room.Line($"{Mark(model.Id == room.Current.ModelId)} {model.Id,-48}  {model.ProviderName}");
    }

    private static Task Variant(ChatRoom room, string name, CancellationToken cancellationToken)
    {
        room.Variant = name;
        return Task.CompletedTask;
    }

    private static async Task Mcp(ChatRoom room, string action, CancellationToken cancellationToken)
    {
        if (action == "refresh")
        {
            var refreshed = await room.Api.RefreshMcpAsync(cancellationToken);
            room.Line(Units.Count(refreshed.Tools, "tool"), Tone.Faint);
        }
        foreach (var server in (await room.Api.GetConfigAsync(cancellationToken)).McpServers)
            room.Line(
                $"{server.Name,-24}  {(!server.Enabled ? "off" : server.Active ? Units.Count(server.Tools, "tool") : "does not answer")}");
    }

    private static string Mark(bool current) => current ? "*" : " ";
}
