using System.Diagnostics;
using Koda.Client;
using Koda.Protos.ControlPlane.V1;
using Koda.Protos.Runtime.V1;
using Koda.Testing;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace Koda.Follow.Tests.Examples;

public sealed class ExampleWorkerTests(PostgresFixture postgres, Examples examples)
    : IClassFixture<PostgresFixture>,
        IClassFixture<Examples>
{
    private const int Tasks = 4;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("koda-examples-").FullName;

    [Theory]
    [InlineData("typescript/worker.ts")]
    [InlineData("python/worker.py")]
    public async Task It_owns_its_agent_beside_the_built_in_worker_and_may_be_killed(string source)
    {
        _ = examples;
        using var server = await Examples.StartServer(_folder, postgres, s_lease);
        var token = server.Files.ReadWorkerToken()!;
        using var builtIn = new KodaWorkerProcess(_folder, "built-in", server.Url, token);
        builtIn.Start();
        await using var client = new KodaClient(new KodaClientOptions { Url = server.Url, Token = server.Files.ReadOperatorToken() });
        await client.Agents.ApplyAsync(
            "counter",
            new AgentDefinition { Provider = new ProviderDefinition { Kind = "offline" }, Route = new WorkerRoute { Role = "counter" } });
        await Eventually.IsTrue(async () => (await client.ListWorkersAsync(default)).Count == 1, s_limit, () => builtIn.EndOfLog());

        var waiting = await Submit(client, "one two three");
        await Eventually.IsTrue(
            async () => (await client.Tasks.GetAsync(waiting.Id)).StatusReason?.Code == "worker.none_available",
            s_limit,
            () => "the task waits for its worker");
        var worker = Start(source, server, seconds: "0");
        Assert.Equal("3 words", await Output(client, worker, waiting.Id));
        foreach (var task in await Task.WhenAll(Enumerable.Range(0, Tasks).Select(_ => Submit(client, "a b"))))
            Assert.Equal("2 words", await Output(client, worker, task.Id));
        Kill(worker);

        worker = Start(source, server, seconds: "60");
        var interrupted = await Submit(client, "a b c d");
        await Eventually.IsTrue(
            async () => (await client.Tasks.GetAsync(interrupted.Id)).Status == Protos.Runtime.V1.TaskStatus.Running,
            s_limit,
            () => "the task runs");
        Kill(worker);
        worker = Start(source, server, seconds: "1");
        Assert.Equal("4 words", await Output(client, worker, interrupted.Id));

        var outlived = await Submit(client, "a b c d e");
        await Eventually.IsTrue(
            async () => (await client.Tasks.GetAsync(outlived.Id)).Status == Protos.Runtime.V1.TaskStatus.Running,
            s_limit,
            () => "the task runs");
        server.Kill();
        server.Start();
        await server.Ready();
        Assert.Equal("5 words", await Output(client, worker, outlived.Id));
        Kill(worker);
        server.Kill();
        builtIn.Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private static Process Start(string source, KodaServerProcess server, string seconds) => Examples.Start(
        source, server.Files.ReadWorkerToken()!, [server.Url.GetLeftPart(UriPartial.Authority)], ("COUNTER_SECONDS", seconds));

    private static void Kill(Process worker)
    {
        worker.Kill(entireProcessTree: true);
        worker.WaitForExit();
    }

    private static Task<Protos.Runtime.V1.Task> Submit(KodaClient client, string query) =>
        client.Tasks.SubmitAsync(new SubmitTaskRequest { AgentId = "counter", Query = query });

    private static async Task<string> Output(KodaClient client, Process worker, string taskId)
    {
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await client.Tasks.WatchAsync(taskId, cancellationToken: limit.Token).LastAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            var (state, exited) = (await client.Tasks.GetAsync(taskId), worker.HasExited);
            Kill(worker);
            throw new TimeoutException(
                $"The task is {state.Status}, attempt {state.Attempt}. {state.StatusReason?.Message} The worker {(exited ? "had ended" : "ran")} and said: "
                + await worker.StandardError.ReadToEndAsync());
        }
        var ended = await client.Tasks.GetAsync(taskId);
        return ended.HasOutput ? ended.Output : ended.Error?.Message ?? "";
    }
}
