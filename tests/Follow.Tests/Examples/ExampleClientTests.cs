using System.Diagnostics;
using Koda.Testing;
using Xunit;

namespace Koda.Follow.Tests.Examples;

public sealed class ExampleClientTests(PostgresFixture postgres, Examples examples)
    : IClassFixture<PostgresFixture>,
        IClassFixture<Examples>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("koda-examples-").FullName;

    [Theory]
    [InlineData("typescript/client.ts")]
    [InlineData("typescript/client-grpc-js.ts")]
    [InlineData("python/client.py")]
    [InlineData("go/client.go")]
    [InlineData("dotnet/Program.cs")]
    public async Task It_follows_a_task_over_a_killed_server_and_answers_what_the_task_asks(string source)
    {
        _ = examples;
        using var server = await Examples.StartServer(_folder, postgres, FollowedTask.Lease);
        await using var worker = new AskingWorker(server.Url, server.Files.ReadWorkerToken()!);
        await worker.Connect();
        var client = Examples.Start(
            source, server.Files.ReadOperatorToken()!, [server.Url.GetLeftPart(UriPartial.Authority), "explorer", "look"]);
        await worker.Take();
        await Sees(client, "2 task.started");

        server.Kill();
        server.Start();
        await server.ReadyAsync();
        await worker.Connect();
        await worker.Ask();
        await Sees(client, "approval.requested");
        await client.StandardInput.WriteLineAsync("y");
        await worker.Take();
        await worker.Complete("found nothing");

        var rest = await client.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
        Assert.Contains("approval.answered", rest, StringComparison.Ordinal);
        Assert.EndsWith("task.completed\nfound nothing\n", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("task.queued\n1", rest, StringComparison.Ordinal);
        await client.WaitForExitAsync().WaitAsync(Limit);
        Assert.Equal(0, client.ExitCode);
        server.Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task Sees(Process client, string text)
    {
        while (await client.StandardOutput.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"The client ended before it saw {text}: {await client.StandardError.ReadToEndAsync()}");
    }
}
