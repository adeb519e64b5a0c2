using Koda.Client;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Fault.Tests;

/// <summary>Agents whose model is a scripted one.</summary>
internal static class AgentOf
{
    /// <summary>Defines an agent that may run commands, or that asks a person before each.</summary>
    public static Task Define(KodaClient client, string agentId, ScriptedModel model, bool asks = false) =>
        client.Agents.ApplyAsync(
            agentId,
            new AgentDefinition
            {
                Model = "scripted",
                Tools = { "bash" },
                Provider = new ProviderDefinition { Kind = "openai", BaseUrl = model.Url.ToString(), ApiKey = "sk-scripted" },
                // What its commands redirect into files is decided as if it were written by a tool.
                Permissions =
                {
                    new PermissionRuleDefinition { Tool = "bash", Action = asks ? "ask" : "allow" },
                    new PermissionRuleDefinition { Tool = "write", Action = "allow" },
                },
            });

    /// <summary>Submits a task that works in <paramref name="workspace"/>.</summary>
    public static Task<Runtime.Task> Submit(KodaClient client, string agentId, string workspace) =>
        client.Tasks.SubmitAsync(new() { AgentId = agentId, Query = "Do it.", Context = new() { Workspace = workspace } });
}
