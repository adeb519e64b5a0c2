using System.Text.Json.Nodes;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Contract.Tests.Journeys;

/// <summary>The steps of which journeys are made.</summary>
internal static class Journey
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    /// <summary>Defines an agent whose model is scripted.</summary>
    public static async Task Define(
        this KodaHost host,
        string agent,
        ScriptedModel model,
        string tools = "[]",
        string permissions = "[]",
        string limits = "{}",
        string retry = "{}",
        string wire = "openai",
        string mode = "primary")
    {
        var reply = await host.Rest.Put($"/api/control-plane/agents/{agent}", $$"""
            {
              "model": "{{ModelTurn.Model}}",
              "provider": {"kind": "{{wire}}", "base_url": "{{(
                wire == "openai" ? model.BaseUrl : model.MessagesUrl)}}", "api_key": "sk-scripted"},
              "system_prompt": "You do what the script says.",
              "mode": "{{mode}}", "tools": {{tools}}, "permissions": {{permissions}}, "limits": {{limits}}, "retry": {{retry}}
            }
            """);
        Assert.True(reply.Status == 200, reply.Text);
    }

    /// <summary>Submits a task that works in a directory, and gives its id.</summary>
    public static async Task<string> SubmitIn(this KodaHost host, string workspace, string agent, string query)
    {
        var reply = await host.Rest.Post(
            TaskCalls.Tasks, $$$"""{"agent_id":"{{{agent}}}","query":"{{{query}}}","context":{"workspace":"{{{workspace}}}"}}""");
        Assert.True(reply.Status == 202, reply.Text);
        return reply["id"];
    }

    /// <summary>Follows the task to its end, acting on events, and reads it then.</summary>
    public static async Task<JsonNode> Follow(this KodaHost host, string task, Func<Wire.Event, Task>? onEvent = null)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        await foreach (var item in host.Client.Tasks.WatchAsync(task, cancellationToken: deadline.Token))
        {
            if (onEvent is not null)
                await onEvent(item);
        }
        return (await host.Rest.Get($"{TaskCalls.Tasks}/{task}")).Json;
    }

    /// <summary>Follows the task until it has such an event.</summary>
    public static async Task<Wire.Event> Reach(this KodaHost host, string task, string kind)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        await foreach (var item in host.Client.Tasks.WatchAsync(task, cancellationToken: deadline.Token))
        {
            if (item.Kind == kind)
                return item;
        }
        throw new InvalidOperationException($"The task ended without {kind}.");
    }

    /// <summary>The steps of one kind of a task's trace.</summary>
    public static async Task<IReadOnlyList<JsonNode>> Steps(this KodaHost host, string task, string kind)
    {
        var trace = await host.Rest.Get($"{TaskCalls.Tasks}/{task}/trace");
        Assert.True(trace.Status == 200, trace.Text);
        return [.. trace.Json["steps"]!.AsArray().Where(step => step!["kind"]!.GetValue<string>() == kind).Select(step => step!)];
    }

    /// <summary>A string, by the names that lead to it.</summary>
    public static string At(this JsonNode node, params string[] path) =>
        path.Aggregate<string, JsonNode?>(node, (inner, name) => inner?[name])?.ToString() ?? "";
}
