using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class StreamTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private KodaHost Host => koda.Host;

    [Fact]
    public async Task It_begins_with_the_turn_closes_after_it_and_goes_on_after_any_event_over_every_face()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "list", """{"path":"."}"""), ModelTurn.Say("Seen."), ModelTurn.Say("Again."));
        await Host.Define("streamed", model, tools: """["list"]""");
        Host.StartWorker(options => options with { AgentIds = ["streamed"] });
        var session = await Host.NewSession("streamed");
        await Host.Begin(session, "Look.");

        var whole = await Host.Whole(session);

        Assert.Equal("done", whole[^1].Name);
        Assert.Equal(whole.Select(item => item.Id), whole.Select(item => item.Id).Distinct());
        for (var cut = 0; cut < whole.Count - 1; cut++)
            Assert.Equal(whole.Skip(cut + 1).Select(Told), (await Host.Whole(session, whole[cut].Id)).Select(Told));
        using var http = new HttpClient { BaseAddress = Host.Url };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sessions/{session}/stream")
        {
            Headers = { { "Last-Event-ID", whole[^1].Id } },
        };
        using var nothing = await http.SendAsync(request);
        Assert.Equal(204, (int)nothing.StatusCode);
        await Host.Begin(session, "And again.");
        Assert.Equal("Again.", (await Host.Whole(session))[0].Data.At("content"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?follow=true")]
    public async Task An_event_that_never_was_is_refused_and_not_taken_for_the_end(string query)
    {
        await using var model = await ScriptedModel.Start(ModelTurn.Say("One."));
        await Host.Define("brief", model);
        Host.StartWorker(options => options with { AgentIds = ["brief"] });
        var session = await Host.NewSession("brief");
        await Host.Begin(session, "first");
        var last = (await Host.Whole(session))[^1].Id;

        var beyond = new HttpRequestMessage(HttpMethod.Get, $"/sessions/{session}/stream{query}")
        {
            Headers = { { "Last-Event-ID", last + "0" } },
        };

        (await Host.Rest.Send(beyond)).IsRefused(400, "cursor.invalid");
    }

    [Fact]
    public async Task A_follower_stays_for_the_turns_to_come()
    {
        await using var model = await ScriptedModel.Start(ModelTurn.Say("One."), ModelTurn.Say("Two."));
        await Host.Define("followed", model);
        Host.StartWorker(options => options with { AgentIds = ["followed"] });
        var session = await Host.NewSession("followed");
        await Host.Begin(session, "first");

        var said = new List<string>();
        await foreach (var item in Host.Stream(session, query: "?follow=true"))
        {
            if (item.Name == "delta")
                said.Add(item.Data.At("content"));
            if (item.Name == "done" && said.Count == 1)
                await Host.Begin(session, "second");
            else if (item.Name == "done")
                break;
        }

        Assert.Equal(["One.", "Two."], said);
    }

    [Fact]
    public async Task A_provider_that_fails_is_told_as_a_retry_and_a_turn_that_fails_as_an_error()
    {
        var calls = 0;
        await using var model = await ScriptedModel.Start(async (context, _) =>
        {
            if (Interlocked.Increment(ref calls) <= 2)
            {
                context.Response.StatusCode = 500;
                return;
            }
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("""{"error":{"message":"Incorrect API key provided"}}""");
        });
        await Host.Define("failing", model);
        Host.StartWorker(options => options with { AgentIds = ["failing"] });
        var session = await Host.NewSession("failing");
        await Host.Begin(session, "Try.");

        var events = await Host.Whole(session);

        Assert.Equal(["retry 1", "retry 2"], events.Take(2).Select(item => $"{item.Name} {item.Data.At("attempt")}"));
        Assert.Equal(("error", "provider.credential_invalid"), (events[^1].Name, events[^1].Data.At("code")));
        var turn = (await Host.Rest.Get($"/sessions/{session}/turn")).Json;
        Assert.Equal(("failed", "provider.credential_invalid"), (turn.At("state"), turn.At("error", "code")));
    }

    private static string Told(StreamEvent item) => $"{item.Name} {item.Id} {item.Data.ToJsonString()}";
}
