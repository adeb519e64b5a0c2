using System.Diagnostics;
using System.Security.Cryptography;
using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

/// <summary>
/// A coding job as a developer does it: a failing test repaired in a repository with work of its own, a second attempt in a branch, the
/// first one back.
/// </summary>
public sealed class CodingJobTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>, IAsyncLifetime
{
    private const string Faulty =
        "export function average(numbers) {\n  return numbers.reduce((sum, n) => sum + n, 0) / (numbers.length + 1);\n}\n";
    private const string Edit = """{"path":"average.js","old_text":"(numbers.length + 1)","new_text":"numbers.length"}""";
    private const string OtherEdit = """{"path":"average.js","old_text":"(numbers.length + 1)","new_text":"Math.max(1, numbers.length)"}""";
    private const string RunTests = """{"command":"node --test --test-reporter=tap"}""";
    private const string Test = """
        import test from "node:test";
        import assert from "node:assert/strict";
        import { average } from "./average.js";
        test("averages", () => assert.equal(average([2, 4, 6]), 4));
        """;

    private readonly DirectoryInfo _package = Directory.CreateTempSubdirectory("koda-job-");

    private KodaHost Host => koda.Host;

    private string Source => Path.Combine(_package.FullName, "average.js");

    public async Task InitializeAsync()
    {
        await Write("package.json", """{"name":"tiny","type":"module","scripts":{"test":"node --test"}}""");
        await Write("average.test.js", Test);
        await Write("average.js", Faulty);
        await Git("init -q -b main");
        await Git("add -A");
        await Git("-c user.name=ana -c user.email=ana@example.org commit -q -m first");
        await Write("staged.txt", "staged by its owner");
        await Git("add staged.txt");
        await Write("untracked.txt", "not added yet");
    }

    public Task DisposeAsync()
    {
        _package.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    public async Task A_test_is_made_green_and_a_second_attempt_gives_way_to_the_first(string wire)
    {
        await using var model = await ScriptedModel.Start(
            (context, request) =>
            {
                var messages = request["messages"]!.ToJsonString();
                var edit = messages.Contains("another way", StringComparison.Ordinal) ? OtherEdit : Edit;
                ModelTurn[] turns =
                [
                    ModelTurn.Call("call_1", "read", """{"path":"average.js"}"""),
                    ModelTurn.Call("call_2", "bash", RunTests),
                    ModelTurn.Call("call_3", "edit", edit),
                    ModelTurn.Call("call_4", "bash", RunTests),
                    ModelTurn.Say("The divisor was one too many."),
                ];
                return ScriptedModel.Stream(
                    context, turns[request["messages"]!.AsArray().Count(message => message!.At("role") == "assistant")]);
            });
        var agent = $"jobber-{wire}";
        await Host.Define(
            agent, model, tools: """["read","edit","bash"]""", wire: wire,
            permissions: """[{"tool":"bash","pattern":"node --test*","action":"allow"},{"tool":"edit","action":"ask"}]""");
        var before = await Repository();
        var session = await Host.NewSession(agent, _package.FullName);

        await Host.Begin(session, "The test fails. Repair the code.");
        await Answer(session, "once");
        var events = await Host.Whole(session);

        Assert.Equal("done", events[^1].Name);
        var ends = events.Where(item => item.Name == "tool_end").ToList();
        Assert.Equal(["read", "bash", "edit", "bash"], ends.Select(item => item.Data.At("tool")));
        Assert.Equal(["bash"], events.Where(item => item.Name == "tool_output").Select(item => item.Data.At("tool")).Distinct());
        Assert.Equal((null, "(exit code 1)"), (ends[0].Data["error"]?.ToString(), ends[1].Data.At("error")));
        Assert.Contains("# fail 1", ends[1].Data.At("output"), StringComparison.Ordinal);
        Assert.Contains("# fail 0", ends[3].Data.At("output"), StringComparison.Ordinal);
        Assert.Contains(
            "+  return numbers.reduce((sum, n) => sum + n, 0) / numbers.length;", ends[2].Data.At("diff"), StringComparison.Ordinal);
        var first = await File.ReadAllTextAsync(Source);
        var branch = (
            await Host.Rest.Post($"/sessions/{session}/branch", $$"""{"message_id":"{{(await Host.Messages(session))[0].At("id")}}"}""")
        )["id"];
        Assert.Equal(204, (await Host.Rest.Post($"/sessions/{session}/undo")).Status);
        Assert.Equal(Faulty, await File.ReadAllTextAsync(Source));
        await Host.Begin(branch, "Repair it another way.");
        await Answer(branch, "always");
        Assert.Equal("done", (await Host.Whole(branch))[^1].Name);
        Assert.Contains("Math.max", await File.ReadAllTextAsync(Source), StringComparison.Ordinal);

        var restored = await Host.Rest.Post($"/sessions/{session}/snapshots/1/restore");

        Assert.True(restored.Status == 204, restored.Text);
        Assert.Equal(first, await File.ReadAllTextAsync(Source));
        Assert.Equal(before, await Repository() with { Status = before.Status });
        Assert.Equal(["average.js"], await Changed());
        var diff = (await Host.Rest.Get($"/sessions/{session}/diff")).Json;
        Assert.Equal(
            ("average.js", "modified"), (diff["files"]!.AsArray().Single()!.At("path"), diff["files"]!.AsArray().Single()!.At("change")));
        await HttpExample.SendAll(Host, "code/snapshots.http", ("session_id", session));
        (await Host.Rest.Post($"/sessions/{session}/snapshots/99/restore")).IsRefused(404, "snapshot.not_found");
    }

    [Fact]
    public async Task The_engineer_does_a_job_in_the_workspace_without_a_question()
    {
        var engineer = (await Host.Rest.Get("/agents/engineer")).Json["permission"];
        Assert.True(engineer is null or System.Text.Json.Nodes.JsonObject { Count: 0 }, $"The engineer has rules of its own: {engineer}");
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "read", """{"path":"average.js"}"""), ModelTurn.Call("call_2", "edit", Edit),
            ModelTurn.Call("call_3", "write", """{"path":"notes/why.md","content":"One too many."}"""), ModelTurn.Say("Done."));
        await Host.Define("ruleless", model, tools: """["read","edit","write"]""");
        var session = await Host.NewSession("ruleless", _package.FullName);

        await Host.Begin(session, "The test fails. Repair the code.");

        var events = await Host.Whole(session);
        Assert.Equal("done", events[^1].Name);
        Assert.DoesNotContain(events, item => item.Name == "user_question");
        Assert.NotEqual(Faulty, await File.ReadAllTextAsync(Source));
        Assert.Equal(204, (await Host.Rest.Post($"/sessions/{session}/undo")).Status);
        Assert.Equal(Faulty, await File.ReadAllTextAsync(Source));
    }

    private async Task Answer(string session, string response)
    {
        var asked = await Host.Reach(session, "user_question");
        Assert.Contains(
            "-  return numbers.reduce((sum, n) => sum + n, 0) / (numbers.length + 1);", asked.Data.At("preview"), StringComparison.Ordinal);
        Assert.Equal(Faulty, await File.ReadAllTextAsync(Source));
        var answered = await Host.Answer(session, asked.Data.At("question_id"), response);
        Assert.True(answered.Status == 204, answered.Text);
    }

    /// <summary>What belongs to the owner of the repository and must stay as it is.</summary>
    private sealed record OwnersState(string Status, string Fsck, string Refs, string Head, string Index, string Config, string Stash);

    private async Task<OwnersState> Repository() => new(
        await Git("status --porcelain=v2"),
        await Git("fsck --no-dangling --no-progress"),
        await Git("for-each-ref refs/heads refs/tags refs/remotes"),
        await Git("rev-parse HEAD"),
        await Hash(".git/index"),
        await Hash(".git/config"),
        await Git("stash list"));

    private async Task<string[]> Changed() => (await Git("diff --name-only")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<string> Hash(string path) =>
        Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(_package.FullName, path))));

    private Task Write(string path, string text) => File.WriteAllTextAsync(Path.Combine(_package.FullName, path), text);

    private async Task<string> Git(string arguments)
    {
        // Without optional locks a look changes nothing, not even the index.
        var start = new ProcessStartInfo("git", $"--no-optional-locks -C {_package.FullName} {arguments}")
        {
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
