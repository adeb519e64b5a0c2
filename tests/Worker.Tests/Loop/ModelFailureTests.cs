using Koda.Worker.Providers;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class ModelFailureTests
{
    [Fact]
    public async Task A_failure_that_passes_is_tried_again_after_the_pause_that_the_provider_asks_for()
    {
        var time = new InstantTime();
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        model.Failures.Enqueue(new ProviderException(ProviderErrorCode.RateLimited, "Too many.", retryable: true, TimeSpan.FromSeconds(7)));
        model.Failures.Enqueue(new ProviderException(ProviderErrorCode.Overloaded, "Busy.", retryable: true));
        using var task = new AgentHarness(model) { Time = time };

        Assert.Equal(new AttemptOutcome.Completed("done"), await task.Run());

        Assert.Contains(TimeSpan.FromSeconds(7), time.Waits);
        // Others that use the same model are told; a refusal that names no pause concerns nobody else.
        Assert.Equal(7000, Assert.Single(task.Journal.Pauses).RetryAfterMs);
        var failed = task.Journal.Payloads("model.failed").ToList();
        Assert.Equal(["provider.rate_limited", "provider.overloaded"], failed.Select(call => call["error"]!["code"]!.GetValue<string>()));
        Assert.Equal(7000, failed[0]["retry_after_ms"]!.GetValue<long>());
        Assert.Equal(3, task.Journal.Payloads("model.started").Count());
    }

    [Fact]
    public async Task A_failure_that_stays_ends_the_attempt_at_once()
    {
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        model.Failures.Enqueue(new ProviderException(ProviderErrorCode.CredentialInvalid, "The key is wrong.", retryable: false));
        using var task = new AgentHarness(model);

        Assert.Equal(new AttemptOutcome.Failed(ProviderErrorCode.CredentialInvalid, "The key is wrong.", false), await task.Run());
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task A_refusal_for_want_of_a_model_says_how_to_name_one()
    {
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        model.Failures.Enqueue(new ProviderException(ProviderErrorCode.InvalidRequest, "model is required.", retryable: false));
        using var task = new AgentHarness(model) { ModelName = "" };

        Assert.Contains("koda providers default", Assert.IsType<AttemptOutcome.Failed>(await task.Run()).Message);
    }

    [Fact]
    public async Task A_long_pause_is_left_to_the_queue()
    {
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        model.Failures.Enqueue(new ProviderException(ProviderErrorCode.RateLimited, "Tomorrow.", retryable: true, TimeSpan.FromHours(3)));
        using var task = new AgentHarness(model) { Time = new InstantTime() };

        var cooled = Assert.IsType<AttemptOutcome.CooledDown>(await task.Run());

        Assert.Equal(
            ("scripted-1", 3 * 3600 * 1000, "provider.rate_limited"), (cooled.Pause.Model, cooled.Pause.RetryAfterMs, cooled.Pause.Code));
        Assert.Single(model.Requests);
        Assert.Empty(task.Journal.Pauses);
    }

    [Fact]
    public async Task A_provider_that_keeps_failing_is_given_up_as_retryable()
    {
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        for (var i = 0; i < 10; i++)
            model.Failures.Enqueue(new ProviderException(ProviderErrorCode.Unavailable, "Down.", retryable: true));
        using var task = new AgentHarness(model) { Time = new InstantTime() };

        Assert.True(Assert.IsType<AttemptOutcome.Failed>(await task.Run()).Retryable);
        Assert.Equal(5, model.Requests.Count);
    }
}
