using System.Text.Json.Nodes;
using Grpc.Core;
using Koda.Client;
using Koda.Protos.Common.V1;
using Koda.Testing;
using Koda.Testing.Hosting;
using Wire = Koda.Protos.Runtime.V1;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>The server's data directory is nobody's workspace, whoever names it and however it is spelled.</summary>
public sealed class WorkspaceTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Code = "workspace.refused";

    private KodaHost Host => koda.Host;

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/artifacts")]
    [InlineData("/not/there/yet")]
    [InlineData("/../data/./artifacts")]
    public async Task A_task_is_not_sent_there(string below)
    {
        var body = new JsonObject
        {
            ["agent_id"] = "atlas",
            ["query"] = "Look.",
            ["context"] = new JsonObject { ["workspace"] = Host.DataDirectory + below },
        };

        var details = (await Host.Rest.Post(TaskCalls.Tasks, body.ToJsonString())).IsRefused(400, Code);

        Assert.Equal(Host.DataDirectory + below, (string?)details["workspace"]);
    }

    [Fact]
    public async Task A_link_there_is_followed()
    {
        var link = Path.Combine(Host.Workspace, "innocent");
        Directory.CreateSymbolicLink(link, Host.DataDirectory);

        foreach (var workspace in new[] { link, link + "/artifacts" })
        {
            (await Host.Rest.Post("/sessions", new JsonObject { ["workspace"] = workspace }.ToJsonString())).IsRefused(400, Code);
            var fault = await Assert.ThrowsAsync<KodaException>(() =>
                Host.Client.Tasks.SubmitAsync(
                    new()
                    {
                        AgentId = "atlas",
                        Query = "Look.",
                        Context = new Wire.TaskContext { Workspace = workspace },
                    }));
            Assert.Equal((StatusCode.InvalidArgument, ErrorReason.WorkspaceRefused), (fault.Status, fault.Reason));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/logs")]
    public async Task A_session_is_not_opened_there(string below) =>
        (await Host.Rest.Post("/sessions", new JsonObject { ["workspace"] = Host.DataDirectory + below }.ToJsonString())).IsRefused(
            400, Code);

    [Fact]
    public async Task A_directory_beside_it_is_taken() => Assert.Equal(
        201, (await Host.Rest.Post("/sessions", new JsonObject { ["workspace"] = Host.DataDirectory + "base" }.ToJsonString())).Status);
}

/// <summary>Workers that serve some directories only.</summary>
public sealed class ServedWorkspaceTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Code = "workspace.not_served";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task Work_that_no_worker_would_take_is_refused_with_the_directories_that_are_served()
    {
        // With no worker connected everything waits.
        Assert.Equal(202, (await Submit("/elsewhere")).Status);
        var served = Host.Workspace;
        Host.StartWorker(options => options with { WorkspaceRoots = [served], Name = "narrow" });
        await Eventually.IsTrue(async () => (await Submit("/elsewhere")).Status == 409, "the worker is known");

        var details = (await Submit("/elsewhere/project")).IsRefused(409, Code);
        Assert.Equal(("/elsewhere/project", served), ((string?)details["workspace"], (string?)details["roots"]));
        (await Host.Rest.Post("/sessions", """{"workspace":"/elsewhere"}""")).IsRefused(409, Code);
        (await Submit(served + "-beside")).IsRefused(409, Code);
        Assert.Equal(202, (await Submit(served + "/project")).Status);
        Assert.Equal(202, (await Submit("")).Status);

        // One on another machine serves it, and is known from its first word on.
        Host.StartWorker(options => options with { WorkspaceRoots = ["/elsewhere"], DefaultWorkspace = null, Name = "other" });
        await Eventually.IsTrue(async () => (await Submit("/elsewhere")).Status == 202, "the other worker is known");
    }

    private Task<RestReply> Submit(string workspace) =>
        Host.Rest.Post(
            TaskCalls.Tasks,
            new JsonObject
            {
                ["agent_id"] = "atlas",
                ["query"] = "Look.",
                ["context"] = new JsonObject { ["workspace"] = workspace },
            }.ToJsonString());
}
