using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tests.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

/// <summary>Images that tools give reach the model, and the log holds which ones they were.</summary>
public sealed class ToolImageTests
{
    private const string Looking = "claude-sonnet-4-5";

    [Fact]
    public async Task An_image_reaches_the_model_and_the_log_holds_its_digest()
    {
        var model = new ScriptedModel(ScriptedModel.Calls(("c1", "show", "{}")), ScriptedModel.Says("done"));
        using var task = new AgentHarness(model, new ShowingTool()) { ModelName = Looking };

        await task.Run();

        Assert.Equal(Convert.ToBase64String(ShowingTool.Image(1)), Assert.Single(Shown(model.Requests[1])).Data);
        var image = Assert.Single(Assert.Single(task.Journal.Payloads("tool.finished"))["images"]!.AsArray())!;
        Assert.Equal(
            ["image/jpeg", Koda.Worker.Tools.TextFile.Hash(ShowingTool.Image(1))],
            new[] { "mime_type", "digest" }.Select(name => image[name]!.GetValue<string>()));
        Assert.DoesNotContain(task.Journal.Events, recorded =>
            recorded.Payload.Contains(Convert.ToBase64String(ShowingTool.Image(1)), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_later_attempt_shows_it_again_and_says_when_it_is_gone()
    {
        using var folder = new TempWorkspace();
        var journal = Conversations.Asking("Look.");
        await Run(new ScriptedModel(ScriptedModel.Calls(("c1", "show", "{}")), ScriptedModel.Says("done")));
        journal.Ask(2, "And now?");
        var again = new ScriptedModel(ScriptedModel.Says("still"));
        await Run(again);
        Assert.NotNull(Assert.Single(Shown(again.Requests[^1])).Data);

        Directory.Delete(Path.Combine(folder.Outside, "images"), recursive: true);
        journal.Ask(3, "And now?");
        var gone = new ScriptedModel(ScriptedModel.Says("gone"));
        await Run(gone);
        Assert.Empty(Shown(gone.Requests[^1]));
        Assert.Contains("not there any more", gone.Requests[^1].Messages.Single(message => message.Role == ModelRole.Tool).Result.Content);

        async Task Run(ScriptedModel model)
        {
            var turn = new AgentHarness(model, new ShowingTool())
            {
                ModelName = Looking,
                Journal = journal,
                Folder = folder,
                Turn = new Turn { Number = 1, ConversationId = "c" },
            };
            Assert.IsType<AttemptOutcome.Completed>(await turn.Run());
        }
    }

    [Fact]
    public async Task A_model_that_cannot_look_is_told_that_there_was_one()
    {
        var model = new ScriptedModel(ScriptedModel.Calls(("c1", "show", "{}")), ScriptedModel.Says("done"));
        using var task = new AgentHarness(model, new ShowingTool()) { ModelName = "deepseek-chat" };
        await task.Run();
        Assert.Empty(Shown(model.Requests[1]));
        Assert.Contains(
            "image/jpeg that the tool gave is left out",
            model.Requests[1].Messages.Single(message => message.Role == ModelRole.Tool).Result.Content);
    }

    [Fact]
    public async Task Of_many_images_the_newest_are_shown()
    {
        var model = new ScriptedModel([
            .. Enumerable.Range(1, 25).Select(number => ScriptedModel.Calls(($"c{number}", "show", "{}"))),
            ScriptedModel.Says("done"),
        ]);
        using var task = new AgentHarness(model, new ShowingTool())
        {
            ModelName = Looking,
            Limits = new AgentLimits { MaxIterations = 30 },
        };
        Assert.IsType<AttemptOutcome.Completed>(await task.Run());
        Assert.Equal([20, 11, 12, 13, 14, 15], model.Requests.Skip(20).Select(request => Shown(request).Count));
        Assert.Equal(Convert.ToBase64String(ShowingTool.Image(25)), Shown(model.Requests[^1])[^1].Data);
    }

    [Fact]
    public async Task Another_image_is_another_result_and_the_same_is_the_same()
    {
        var calls = Enumerable
            .Range(1, 6)
            .Select(number => ScriptedModel.Calls(($"c{number}", "show", "{}")))
            .Append(ScriptedModel.Says("done"))
            .ToArray();
        using var other = new AgentHarness(new ScriptedModel(calls), new ShowingTool()) { ModelName = Looking };
        Assert.IsType<AttemptOutcome.Completed>(await other.Run());
        using var same = new AgentHarness(new ScriptedModel(calls), new ShowingTool(same: true)) { ModelName = Looking };
        Assert.IsType<AttemptOutcome.Failed>(await same.Run());
    }

    [Fact]
    public void Of_kept_images_the_oldest_go_when_they_are_too_much()
    {
        using var folder = new TempWorkspace();
        var kept = new KeptImages(Path.Combine(folder.Root, "images"), mostBytes: 8);
        var digests = Enumerable.Range(1, 3).Select(number =>
        {
            var digest = kept.Keep(ShowingTool.Image((byte)number));
            File.SetLastWriteTimeUtc(Path.Combine(folder.Root, "images", digest), DateTime.UnixEpoch.AddDays(number));
            return digest;
        }).ToList();
        // The third is newer than the clock of the first two.
        Assert.Null(kept.Read(digests[0]));
        Assert.Equal(ShowingTool.Image(3), kept.Read(digests[2]));
        Assert.Null(kept.Read("../images/" + digests[2]));
        File.WriteAllText(Path.Combine(folder.Root, "images", digests[2]), "changed");
        Assert.Null(kept.Read(digests[2]));
    }

    [Fact]
    public async Task A_summed_up_conversation_keeps_the_images_of_its_newest_part_and_tells_of_the_others()
    {
        var journal = Conversations.Asking("Look.");
        var model = new ScriptedModel(request =>
            request.System.Contains("summary", StringComparison.Ordinal) ? ModelMessage.Assistant(new TextBlock("Seen."))
            : request.Messages.Any(message => message.Text == "Enough.") ? ModelMessage.Assistant(new TextBlock("done"))
            : ModelMessage.Assistant(new ToolCallBlock($"c{Guid.NewGuid():n}", "show", "{}")));
        using var turn = new AgentHarness(model, new ShowingTool())
        {
            ModelName = Looking,
            Journal = journal,
            Turn = new Turn { Number = 1, ConversationId = "c" },
            ContextTokens = 20_000,
            Limits = new AgentLimits { MaxIterations = 12 },
        };
        await turn.Run();
        var compacted = turn.Journal.Payloads("context.compacted").ToList();
        Assert.NotEmpty(compacted);
        Assert.Contains("\"images\"", compacted[0]["checkpoint"]!["messages"]!.ToJsonString());
        Assert.Contains(
            "THE TOOL SHOWED AN IMAGE",
            model.Requests.First(request => request.System.Contains("summary", StringComparison.Ordinal)).Messages[0].Text);
        Assert.NotEmpty(Shown(model.Requests[^1]));
    }

    private static List<ImageBlock> Shown(ModelRequest request) =>
        [.. request.Messages.SelectMany(message => message.Images).Where(image => image.Data is not null)];
}
