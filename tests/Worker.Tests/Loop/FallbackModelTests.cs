using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class FallbackModelTests
{
    private const int TriesOfATurn = 11;

    [Fact]
    public async Task A_turn_is_tried_longer_than_a_task_and_each_failure_says_when_it_goes_on()
    {
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        Fail(model, 10, ProviderErrorCode.Overloaded);
        using var turn = Attempt(model);

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        var failed = turn.Journal.Payloads("model.failed").ToList();
        Assert.Equal(10, failed.Count);
        Assert.All(failed, failure => Assert.InRange(failure["delay_ms"]!.GetValue<long>(), 1, 30_000));
    }

    [Fact]
    public async Task A_model_that_stays_away_is_replaced_by_the_next_for_the_rest_of_the_turn()
    {
        var model = new ScriptedModel(ScriptedModel.Calls(("c", "look", """{"n": "1"}""")), ScriptedModel.Says("done"));
        Fail(model, TriesOfATurn, ProviderErrorCode.Unavailable);
        using var turn = Attempt(model, "second", "third");

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        Assert.Equal(["scripted-1", "second"], model.Requests.Select(request => request.Model).Distinct());
        Assert.Equal(["second", "second"], model.Requests.Skip(TriesOfATurn).Select(request => request.Model));
        Assert.Null(turn.Journal.Payloads("model.failed").Last()["delay_ms"]);
    }

    [Fact]
    public async Task A_later_attempt_goes_on_with_the_model_that_answered()
    {
        var model = new ScriptedModel(ScriptedModel.Calls(("c", "look", """{"n": "1"}""")), ScriptedModel.Says("done"));
        Fail(model, TriesOfATurn, ProviderErrorCode.Unavailable);
        using var first = Attempt(model, "second");
        await first.Run();
        var later = new ScriptedModel(ScriptedModel.Says("unused"), ScriptedModel.Says("done"));
        using var second = Attempt(
            later, new MemoryJournal(first.Journal.Events.TakeWhile(recorded => recorded.Kind != "tool.finished")), "second");

        await second.Run();

        Assert.Equal("second", Assert.Single(later.Requests).Model);
    }

    [Theory]
    [InlineData(ProviderErrorCode.InvalidRequest, 2)]
    [InlineData(ProviderErrorCode.CredentialInvalid, 1)]
    public async Task A_refusal_is_not_tried_again_but_by_another_model_where_that_may_help(string code, int requests)
    {
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        model.Failures.Enqueue(new ProviderException(code, "No.", retryable: false));
        using var turn = Attempt(model, "second");

        await turn.Run();

        Assert.Equal(requests, model.Requests.Count);
    }

    [Fact]
    public async Task When_no_model_is_left_the_turn_fails_as_retryable()
    {
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        Fail(model, 2 * TriesOfATurn, ProviderErrorCode.Unavailable);
        using var turn = Attempt(model, "second");

        Assert.True(Assert.IsType<AttemptOutcome.Failed>(await turn.Run()).Retryable);
        Assert.Equal(2 * TriesOfATurn, model.Requests.Count);
    }

    [Fact]
    public async Task The_failure_before_another_model_is_asked_names_that_model()
    {
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        Fail(model, TriesOfATurn, ProviderErrorCode.Unavailable);
        using var turn = Attempt(model, "second");

        await turn.Run();

        var failed = turn.Journal.Payloads("model.failed").ToList();
        Assert.Equal("second", (string?)failed[^1]["next_model"]);
        Assert.All(failed.SkipLast(1), failure => Assert.Null(failure["next_model"]));
    }

    private static AgentHarness Attempt(ScriptedModel model, params string[] fallback) => Attempt(model, new MemoryJournal(), fallback);

    private static AgentHarness Attempt(ScriptedModel model, MemoryJournal journal, params string[] fallback) =>
        new(model, new CountingTool("look", readOnly: true))
        {
            Turn = new Turn
            {
                Number = 1,
                Fallbacks = { fallback.Select(name => new FallbackModel { Model = name, ProviderKind = "scripted" }) },
            },
            Time = new InstantTime(),
            Journal = journal,
        };

    private static void Fail(ScriptedModel model, int times, string code)
    {
        for (var i = 0; i < times; i++)
            model.Failures.Enqueue(new ProviderException(code, "Away.", retryable: true));
    }
}
