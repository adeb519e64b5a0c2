using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

/// <summary>Fallbacks at other connections.</summary>
public sealed class FallbackConnectionTests
{
    private readonly ScriptedModel _own = new(ScriptedModel.Calls(("c", "look", """{"n": "1"}""")), ScriptedModel.Says("own"));
    private readonly ScriptedModel _other = new(ScriptedModel.Calls(("c", "look", """{"n": "1"}""")), ScriptedModel.Says("other"));
    private readonly List<string> _opened = [];
    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task A_credential_that_is_refused_leads_to_the_next_connection_and_not_to_another_model_of_the_same()
    {
        _own.Failures.Enqueue(new ProviderException(ProviderErrorCode.CredentialInvalid, "The key is revoked.", retryable: false));
        using var turn = Turn(Fallback("", "second"), Fallback("backup", "vendor/big"));

        Assert.Equal(new AttemptOutcome.Completed("other"), await turn.Run());

        Assert.Single(_own.Requests);
        Assert.Equal(["vendor/big", "vendor/big"], _other.Requests.Select(request => request.Model));
        Assert.Equal(["backup"], _opened);
        Assert.Equal("backup/vendor/big", (string?)Assert.Single(_journal.Payloads("model.failed"))["next_model"]);
        Assert.Equal(
            [("scripted", "scripted-1"), ("openai", "backup/vendor/big"), ("openai", "backup/vendor/big")],
            _journal.Payloads("model.started").Select(started => ((string?)started["provider"], (string?)started["model"])));
    }

    [Fact]
    public async Task A_connection_that_is_not_to_be_used_now_is_passed_over()
    {
        _own.Failures.Enqueue(new ProviderException(ProviderErrorCode.InvalidRequest, "No such model.", retryable: false));
        using var turn = Turn(Fallback("closed", "big"), Fallback("backup", "small"));

        Assert.Equal(new AttemptOutcome.Completed("other"), await turn.Run());

        Assert.Equal(["closed", "backup"], _opened);
        Assert.Equal(["closed/big", "backup/small"], _journal.Payloads("model.failed").Select(failed => (string?)failed["next_model"]));
    }

    [Fact]
    public async Task A_long_pause_of_a_fallback_is_told_of_its_connection_and_does_not_hold_the_turn_back()
    {
        _own.Failures.Enqueue(new ProviderException(ProviderErrorCode.InvalidRequest, "No such model.", retryable: false));
        _other.Failures.Enqueue(new ProviderException(ProviderErrorCode.RateLimited, "Later.", retryable: true, TimeSpan.FromHours(1)));
        using var turn = Turn(Fallback("backup", "big"), Fallback("spare", "small"));

        Assert.Equal(new AttemptOutcome.Completed("other"), await turn.Run());

        var pause = Assert.Single(_journal.Pauses);
        Assert.Equal(("backup", "big", 3_600_000), (pause.Connection, pause.Model, pause.RetryAfterMs));
        Assert.Equal(["big", "small", "small"], _other.Requests.Select(request => request.Model));
    }

    [Fact]
    public async Task A_later_attempt_goes_on_at_the_connection_that_answered()
    {
        var journal = new MemoryJournal();
        journal.Called("backup/big", "c", "look", """{"n": "1"}""");
        using var turn = Turn(journal, Fallback("backup", "big"));

        Assert.Equal(new AttemptOutcome.Completed("other"), await turn.Run());

        Assert.Empty(_own.Requests);
        Assert.Equal("big", Assert.Single(_other.Requests).Model);
    }

    private AgentHarness Turn(params FallbackModel[] fallbacks) => Turn(_journal, fallbacks);

    private AgentHarness Turn(MemoryJournal journal, params FallbackModel[] fallbacks)
    {
        var turn = new Turn { Number = 1, Fallbacks = { fallbacks } };
        var assignment = new Assignment { Agent = new AgentSpec { Model = "scripted-1" }, Turn = turn };
        var routed = new RoutedProvider(assignment, _own, Open);
        return new AgentHarness(routed, new CountingTool("look", readOnly: true))
        {
            Turn = turn,
            Time = new InstantTime(),
            Journal = journal,
        };
    }

    private Task<OpenedFallback> Open(FallbackModel fallback, CancellationToken cancellationToken)
    {
        _opened.Add(fallback.Connection);
        return fallback.Connection == "closed"
            ? throw new ProviderException(ProviderErrorCode.RateLimited, "It asked to be left alone.", retryable: false)
            : Task.FromResult(new OpenedFallback(_other, null));
    }

    private static FallbackModel Fallback(string connection, string model) =>
        new()
        {
            Connection = connection,
            Model = model,
            ProviderKind = "openai",
        };
}
