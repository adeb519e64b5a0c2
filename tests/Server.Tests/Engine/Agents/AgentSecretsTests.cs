using System.Security.Cryptography;
using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Secrets;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Agents;

public sealed class AgentSecretsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly string _value = $"sécret-\"{Guid.NewGuid():N}\"";

    [Fact]
    public async Task A_held_attempt_gets_its_agents_secrets_and_another_one_does_not()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await server.Get<AgentSecrets>().Write(Caller.System, server.Agent.ToUpperInvariant(), "api_token", _value, default);
        await using var worker = await server.Connect();
        await server.Submit();
        var assignment = await worker.Take();

        var variables = await server.Get<AttemptAccess>().EnvironmentOf(assignment.Attempt, default);
        var stranger = await Assert.ThrowsAsync<EngineException>(
            () => server.Get<AttemptAccess>().EnvironmentOf(assignment.Attempt with { FencingToken = 99 }, default));

        Assert.Equal(new Dictionary<string, string> { ["API_TOKEN"] = _value }, variables);
        Assert.Equal(ErrorReason.AttemptLost, stranger.Reason);
    }

    [Fact]
    public async Task A_server_takes_out_of_the_log_what_another_server_was_given()
    {
        await using var one = await EngineServer.Start(postgres, dispatching: false);
        await using var two = await EngineServer.Start(postgres, dispatching: false);
        await two.Get<LearnAgentSecrets>().StartAsync(default);
        await one.Publish();

        await one.Get<AgentSecrets>().Write(Caller.System, one.Agent, "TOKEN", _value, default);

        await Eventually.IsTrue(
            () => Task.FromResult(!two.Get<KnownSecrets>().Redact($"it is {_value}.").Contains(_value, StringComparison.Ordinal)),
            "the other server knows it");
        Assert.Equal("""{"text":"«redacted»"}""", two.Get<KnownSecrets>().Redact(EngineJson.Write(new { text = _value })));
        await two.Get<LearnAgentSecrets>().StopAsync(default);
    }

    [Fact]
    public async Task An_envelope_opens_only_in_its_own_row()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        await server.Get<AgentSecrets>().Write(Caller.System, server.Agent, "FIRST", _value, default);
        await server.Get<AgentSecrets>().Write(Caller.System, server.Agent, "SECOND", "another-secret", default);

        await server.Database.Read(
            (connection, _) => connection.ExecuteAsync(
                """
                update agent_secrets a set sealed = (select sealed from agent_secrets b where b.agent_id = a.agent_id and b.name = 'FIRST')
                where agent_id = @Agent and name = 'SECOND'
                """,
                new { server.Agent }),
            default);

        await Assert.ThrowsAnyAsync<CryptographicException>(() => server.Get<AgentSecrets>().Open(server.Agent, default));
        await server.Get<DeleteAgent>().Execute(Caller.System, server.Agent, default);
        Assert.Empty(await server.Get<AgentSecrets>().Open(server.Agent, default));
    }

    [Theory]
    [InlineData("1st", "long enough")]
    [InlineData("with-dash", "long enough")]
    [InlineData("PATH", "long enough")]
    [InlineData("ld_preload", "long enough")]
    [InlineData("GOOD", "short")]
    [InlineData("GOOD", "zero\0character")]
    public async Task What_no_environment_can_hold_or_no_log_could_hide_is_refused(string name, string value)
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();

        var refusal = await Assert.ThrowsAsync<EngineException>(() =>
            server.Get<AgentSecrets>().Write(Caller.System, server.Agent, name, value, default));

        Assert.Equal(ErrorReason.InvalidRequest, refusal.Reason);
    }

    [Fact]
    public void A_secret_of_many_lines_is_found_line_by_line_and_its_words_are_not()
    {
        var known = new KnownSecrets();
        known.Learn("-----BEGIN KEY-----\nMIIEvgIBADANBgkqhkiG9w0BAQEFAASC\nand some words that are no secret\n-----END KEY-----");

        Assert.Equal(
            "line «redacted» of and some words that are no secret",
            known.Redact("line MIIEvgIBADANBgkqhkiG9w0BAQEFAASC of and some words that are no secret"));
    }
}
