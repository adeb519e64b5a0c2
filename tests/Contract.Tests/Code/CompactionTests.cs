using System.Text.Json.Nodes;
using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class CompactionTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Mark = "Summary of this conversation so far";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_session_that_grew_too_long_for_its_model_is_summed_up_and_goes_on_from_there()
    {
        await using var model = await ScriptedModel.Start(Answer);
        await Host.Define("compacted", model, tools: "[]");
        Host.StartWorker(options => options with { AgentIds = ["compacted"] });
        var session = await Host.NewSession("compacted");
        await Host.Rest.Patch($"/sessions/{session}", """{"title":"Named"}""");
        await Turn(session, "first");
        await Turn(session, "second");

        var events = await Turn(session, "third");

        Assert.Equal(["compaction", "delta", "done"], events.Select(item => item.Name));
        Assert.Equal("They spoke of numbers.", events[0].Data.At("summary"));
        model.Requests.Clear();
        await Turn(session, "fourth");
        var asked = Text(Assert.Single(model.Requests));
        Assert.Contains("They spoke of numbers.", asked);
        Assert.Contains("Answer to third", asked);
        Assert.DoesNotContain("Answer to first", asked);
        // What people see is all that was said.
        Assert.Equal(
            ["first", "second", "third", "fourth"],
            (await Host.Messages(session)).Where(message => message.At("role") == "user").Select(message => message.At("content")));
    }

    [Fact]
    public async Task A_session_is_summed_up_when_somebody_says_so_and_not_while_a_turn_runs()
    {
        var (goesOn, begun) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var model = await ScriptedModel.Start(async (context, request) =>
        {
            if (Text(request).Contains("wait", StringComparison.Ordinal) && begun.TrySetResult())
                await goesOn.Task;
            await Answer(context, request);
        });
        await Host.Define("told", model, tools: "[]");
        Host.StartWorker(options => options with { AgentIds = ["told"] });
        var session = await Host.NewSession("told");
        await Host.Rest.Patch($"/sessions/{session}", """{"title":"Named"}""");
        await Turn(session, "one");
        await Turn(session, "two");
        await Host.Begin(session, "wait");
        await begun.Task;

        var refused = await Host.Rest.Post($"/sessions/{session}/compact", "{}");
        goesOn.SetResult();
        await Host.Whole(session);
        var taken = await Host.Rest.Post($"/sessions/{session}/compact", "{}");
        var events = await Host.Whole(session);

        Assert.Equal((409, 202), (refused.Status, taken.Status));
        Assert.Equal(["compaction", "delta", "done"], events.Select(item => item.Name));
        Assert.Equal("They spoke of numbers.", events[0].Data.At("summary"));
        var messages = await Host.Messages(session);
        Assert.Equal(("/compact", "The older messages are summed up."), (messages[^2].At("content"), messages[^1].At("content")));
    }

    private static Task Answer(HttpContext context, JsonObject request)
    {
        var messages = request["messages"]!.AsArray();
        if (messages[0]!.At("content").Contains("Write a summary", StringComparison.Ordinal))
            return ScriptedModel.Stream(context, ModelTurn.Say("They spoke of numbers."));
        var last = messages.Last(message => message!.At("role") == "user")!.At("content");
        if (last == "third" && !Text(request).Contains(Mark, StringComparison.Ordinal))
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsJsonAsync(
                new { error = new { code = "context_length_exceeded", message = "This model's maximum context length is 4096 tokens." } });
        }
        var answer = Text(request).Contains(Mark, StringComparison.Ordinal) ? "third" : last;
        return ScriptedModel.Stream(context, ModelTurn.Say($"Answer to {answer} {new string('a', 8_000)}"));
    }

    private static string Text(JsonObject request) => request["messages"]!.ToJsonString();

    private async Task<IReadOnlyList<StreamEvent>> Turn(string session, string message)
    {
        await Host.Begin(session, message);
        return await Host.Whole(session);
    }
}
