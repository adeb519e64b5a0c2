using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

/// <summary>An event of a session's stream, as a browser gets it.</summary>
internal sealed record StreamEvent(string Name, string Id, JsonNode Data);

/// <summary>What a client of coding sessions does.</summary>
internal static class SessionCalls
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Creates a session and gives its id.</summary>
    public static async Task<string> NewSession(this KodaHost host, string agent, string? workspace = null)
    {
        var reply = await host.Rest.Post(
            "/sessions", new JsonObject { ["agent_id"] = agent, ["workspace"] = workspace ?? host.Workspace }.ToJsonString());
        Assert.True(reply.Status == 201, reply.Text);
        return reply["id"];
    }

    public static Task<RestReply> Say(this KodaHost host, string session, string content, string more = "") =>
        host.Rest.Post($"/sessions/{session}/messages", $$"""{"content":"{{content}}"{{more}}}""");

    /// <summary>Sends a message that must be taken.</summary>
    public static async Task<JsonNode> Begin(this KodaHost host, string session, string content, string more = "")
    {
        var reply = await host.Say(session, content, more);
        Assert.True(reply.Status == 202, reply.Text);
        return reply.Json;
    }

    /// <summary>Follows a session's stream, over a connection of its own.</summary>
    public static async IAsyncEnumerable<StreamEvent> Stream(this KodaHost host, string session, string? after = null, string query = "")
    {
        using var http = new HttpClient { BaseAddress = host.Url, Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sessions/{session}/stream{query}");
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        using var deadline = new CancellationTokenSource(s_patience);
        using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.True(reply.IsSuccessStatusCode, $"{reply.StatusCode}");
        await using var body = await reply.Content.ReadAsStreamAsync(deadline.Token);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(deadline.Token))
            yield return new StreamEvent(item.EventType, item.EventId ?? "", JsonNode.Parse(item.Data)!);
    }

    /// <summary>The whole stream of the turn that runs, or of the last one, to its end.</summary>
    public static async Task<IReadOnlyList<StreamEvent>> Whole(this KodaHost host, string session, string? after = null)
    {
        var events = new List<StreamEvent>();
        await foreach (var item in host.Stream(session, after))
            events.Add(item);
        return events;
    }

    /// <summary>The first event of this name in the turn that runs, or in the last one.</summary>
    public static async Task<StreamEvent> Reach(this KodaHost host, string session, string name, string? after = null)
    {
        await foreach (var item in host.Stream(session, after))
        {
            if (item.Name == name)
                return item;
        }
        throw new InvalidOperationException($"The turn ended without {name}.");
    }

    public static async Task<IReadOnlyList<JsonNode>> Messages(this KodaHost host, string session) =>
        [.. (await host.Rest.Get($"/sessions/{session}/messages")).Json.AsArray().Select(message => message!)];

    public static Task<RestReply> Answer(this KodaHost host, string session, string question, string response) =>
        host.Rest.Post($"/sessions/{session}/answer", $$"""{"question_id":"{{question}}","response":"{{response}}"}""");
}
