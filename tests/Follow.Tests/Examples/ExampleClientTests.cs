using System.Diagnostics;
using Koda.Testing;
using Xunit;

namespace Koda.Follow.Tests.Examples;

public sealed class ExampleClientTests(PostgresFixture postgres, Examples examples)
    : IClassFixture<PostgresFixture>,
        IClassFixture<Examples>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private static readonly string[] s_sources =
        ["typescript/client.ts", "typescript/client-grpc-js.ts", "python/client.py", "go/client.go", "dotnet/Program.cs"];

    private readonly string _folder = Directory.CreateTempSubdirectory("koda-examples-").FullName;

    [Fact]
    public async Task Each_follows_a_task_over_a_killed_server_and_answers_what_the_task_asks()
    {
        _ = examples;
        using var server = await Examples.StartServer(_folder, postgres, FollowedTask.Lease);
        var workers = s_sources.Select(_ => new AskingWorker(server.Url, server.Files.ReadWorkerToken()!)).ToList();
        await Each(workers, worker => worker.Connect());
        var arguments = (string[])[server.Url.GetLeftPart(UriPartial.Authority), "explorer", "look"];
        var clients = s_sources.Select(source => Examples.Start(source, server.Files.ReadOperatorToken()!, arguments)).ToList();
        await Each(workers, worker => worker.Take());
        await Each(clients, client => Sees(client, "2 task.started"));

        server.Kill();
        server.Start();
        await server.Ready();
        await Each(workers, worker => worker.Connect());
        await Each(workers, worker => worker.Ask());
        await Each(clients, client => Sees(client, "approval.requested"));
        await Each(clients, client => client.StandardInput.WriteLineAsync("y"));
        await Each(workers, worker => worker.Take());
        await Each(workers, worker => worker.Complete("found nothing"));

        await Each(clients, Ends);
        await Each(workers, worker => worker.DisposeAsync().AsTask());
        server.Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task Each<T>(IEnumerable<T> items, Func<T, Task> step) => Task.WhenAll(items.Select(step));

    private static async Task Ends(Process client)
    {
        var rest = await client.StandardOutput.ReadToEndAsync().WaitAsync(s_limit);
        Assert.Contains("approval.answered", rest, StringComparison.Ordinal);
        Assert.EndsWith("task.completed\nfound nothing\n", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("task.queued\n1", rest, StringComparison.Ordinal);
        await client.WaitForExitAsync().WaitAsync(s_limit);
        Assert.Equal(0, client.ExitCode);
    }

    private static async Task Sees(Process client, string text)
    {
        while (await client.StandardOutput.ReadLineAsync().WaitAsync(s_limit) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"{client.StartInfo.FileName} ended before it saw {text}: {await client.StandardError.ReadToEndAsync()}");
    }
}
