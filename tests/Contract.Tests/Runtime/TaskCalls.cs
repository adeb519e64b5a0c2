using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>The few calls that most tests begin with.</summary>
internal static class TaskCalls
{
    public const string Tasks = "/api/runtime/tasks";

    /// <summary>Submits a task and gives its id.</summary>
    public static async Task<string> Submit(this KodaHost host, string agent = "atlas", string query = "Audit this.")
    {
        var reply = await host.Rest.Post(Tasks, $$"""{"agent_id":"{{agent}}","query":"{{query}}"}""");
        Assert.True(reply.Status == 202, reply.Text);
        return reply["id"];
    }

    /// <summary>After whatever came before: the server is ready and takes tasks.</summary>
    public static async Task StillServes(this KodaHost host)
    {
        Assert.Equal(200, (await host.Rest.Get("/api/runtime/ready")).Status);
        await host.Submit();
    }
}
