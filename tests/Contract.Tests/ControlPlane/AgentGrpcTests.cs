using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Client;
using Koda.Protos.Common.V1;
using Koda.Protos.ControlPlane.V1;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>The rpcs of agents and skills as gRPC, by the typed client where it has a method.</summary>
public sealed class AgentGrpcTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private KodaHost Host => koda.Host;

    private Koda.Client.Agents.AgentClient Agents => Host.Client.Agents;

    private AgentService.AgentServiceClient Raw => new(Host.Client.CallInvoker);

    private Metadata Token => new() { { "authorization", $"Bearer {Host.OperatorToken}" } };

    [Fact]
    public async Task An_agent_lives_its_whole_life()
    {
        var created = await Agents.CreateAsync(
            "Native", new AgentDefinition { Name = "N", Tools = { "read" }, Limits = new LimitsDefinition { MaxTokens = 5 } });
        var edited = await Agents.EditAsync(
            "native", new AgentDefinition { Description = "D", Limits = new LimitsDefinition { MaxIterations = 2 } });
        var checks = await Agents.CheckAsync("native");
        var first = await Agents.PublishAsync("native", edited.Etag);
        var masked = await Agents.EditAsync(
            "native", new AgentDefinition { Model = "ignored" }, new FieldMask { Paths = { "description", "limits.max_tokens", "tools" } });
        var diff = await Agents.DiffAsync("native");
        var second = await Agents.PublishAsync("native");
        var back = await Agents.RollBackAsync("native", 1);
        var versions = await Agents.ListVersionsAsync("native").ToListAsync();
        var version = await Raw.GetAgentVersionAsync(new GetAgentVersionRequest { AgentId = "native", Version = 2 }, Token);
        var clone = await Agents.CloneAsync("native", "native-2", "Clone");
        var listed = await Agents.ListConfigurationsAsync(AgentLifecycle.Draft, "native").ToListAsync();

        Assert.Equal(("Native", AgentLifecycle.Draft, 0), (created.AgentId, created.State, created.Version));
        Assert.Equal(
            ("N", "D", 5L, 2),
            (edited.Draft.Name, edited.Draft.Description, edited.Draft.Limits.MaxTokens, edited.Draft.Limits.MaxIterations));
        Assert.True(checks.Ok);
        Assert.Equal((1, 1, 1), (first.Version, first.DesiredVersion, first.AppliedVersion));
        Assert.Equal(
            ("", "", 0L, 2, 0),
            (
                masked.Draft.Description,
                masked.Draft.Model,
                masked.Draft.Limits.MaxTokens,
                masked.Draft.Limits.MaxIterations,
                masked.Draft.Tools.Count));
        Assert.Equal(["description", "tools", "limits.max_tokens"], diff.Changes.Select(change => change.Path));
        Assert.Equal((2, 3), (second.Version, back.Version));
        Assert.Equal([3, 2, 1], versions.Select(entry => entry.Version));
        Assert.Equal((2, ""), (version.Version.Version, version.Definition.Description));
        Assert.Equal(("native-2", "Clone"), (clone.AgentId, clone.Name));
        Assert.Equal(["native-2"], listed.Select(agent => agent.AgentId));

        Assert.Equal(AgentLifecycle.Paused, (await Agents.PauseAsync("native")).State);
        Assert.Equal(AgentLifecycle.Archived, (await Agents.ArchiveAsync("native")).State);
        Assert.Equal(AgentLifecycle.Active, (await Agents.ActivateAsync("native")).State);
        Assert.True((await Agents.DeleteAsync("native")).Ok);
        Assert.True((await Agents.DeleteAsync("native")).Ok);
        Assert.Equal(ErrorReason.AgentNotFound, (await Refusal(() => Agents.GetConfigurationAsync("native"))).Reason);
    }

    [Fact]
    public async Task Sections_secrets_skills_and_prompts_are_reached_natively()
    {
        await Agents.ApplyAsync("native-parts", new AgentDefinition { SystemPrompt = "You are.", Skills = { "release-notes" } });

        var put = await Raw.ReplaceAgentSectionAsync(
            new ReplaceAgentSectionRequest
            {
                AgentId = "native-parts",
                Section = "memory",
                Content = new() { ContentType = "application/json", Data = ByteString.CopyFromUtf8("""{"memory_scope":"team"}""") },
            },
            Token);
        var read = await Raw.GetAgentSectionAsync(new GetAgentSectionRequest { AgentId = "native-parts", Section = "memory" }, Token);
        var secret = await Agents.SetSecretAsync("native-parts", "token", "a-long-secret");
        var one = await Raw.GetAgentSecretAsync(new GetAgentSecretRequest { AgentId = "native-parts", SecretKey = "Token" }, Token);
        var secrets = await Agents.ListSecretsAsync("native-parts");
        var prompt = await Raw.CompileAgentPromptAsync(
            new CompileAgentPromptRequest { AgentId = "native-parts", Query = "Write release notes.", Version = "1" }, Token);

        Assert.Equal(("""{"memory_scope":"team"}""", put.Content), (read.Content, read.Content));
        Assert.Equal(("TOKEN", ""), (secret.SecretKey, secret.Preview));
        Assert.Equal(secret, one);
        Assert.Equal([secret], secrets.Items);
        Assert.True((await Agents.RemoveSecretAsync("native-parts", "TOKEN")).Ok);
        Assert.Equal(ErrorReason.SecretNotFound, (await Refusal(() => Agents.RemoveSecretAsync("native-parts", "TOKEN"))).Reason);
        Assert.Equal(["release-notes"], prompt.Skills);
        Assert.Contains("release-notes", (await Host.Client.Skills.ListAsync(text: "changelog").ToListAsync()).Select(skill => skill.Id));
        Assert.NotEmpty((await Host.Client.Skills.GetAsync("changelog")).Body);
        Assert.Equal(ErrorReason.SkillNotFound, (await Refusal(() => Host.Client.Skills.GetAsync("telepathy"))).Reason);
    }

    [Fact]
    public async Task Refusals_carry_their_code_and_reason()
    {
        await Agents.CreateAsync("refusing", new AgentDefinition { Tools = { "fly" } });

        foreach (
            var (call, code, reason) in new (Func<Task> Call, StatusCode Code, ErrorReason Reason)[]
            {
                (() => Agents.CreateAsync("REFUSING", new AgentDefinition()), StatusCode.Aborted, ErrorReason.AgentConflict),
                (
                    () => Agents.EditAsync("refusing", new AgentDefinition { Name = "x" }, etag: "77"),
                    StatusCode.Aborted,
                    ErrorReason.AgentConflict),
                (() => Agents.PublishAsync("refusing"), StatusCode.FailedPrecondition, ErrorReason.AgentPublishBlocked),
                (() => Agents.PauseAsync("refusing"), StatusCode.FailedPrecondition, ErrorReason.AgentStateConflict),
                (() => Agents.RollBackAsync("refusing", 4), StatusCode.NotFound, ErrorReason.AgentVersionNotFound),
                (
                    () =>
                        Raw.GetAgentSectionAsync(
                            new GetAgentSectionRequest { AgentId = "refusing", Section = "voice" },
                            Token).ResponseAsync,
                    StatusCode.NotFound,
                    ErrorReason.AgentSectionNotFound),
                (
                    () => Agents.EditAsync("refusing", new AgentDefinition(), new FieldMask { Paths = { "colour" } }),
                    StatusCode.InvalidArgument,
                    ErrorReason.InvalidRequest),
                (() => Agents.CreateAsync("not an id", new AgentDefinition()), StatusCode.InvalidArgument, ErrorReason.InvalidRequest),
            })
        {
            if (reason == ErrorReason.AgentSectionNotFound)
                Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
            else
                Assert.Equal((code, reason), Of(await Refusal(call)));
        }
    }

    private static (StatusCode Code, ErrorReason Reason) Of(KodaException refusal) => (refusal.Status, refusal.Reason);

    private static Task<KodaException> Refusal(Func<Task> call) => Assert.ThrowsAsync<KodaException>(call);
}
