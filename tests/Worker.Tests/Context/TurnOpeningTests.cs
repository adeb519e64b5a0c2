using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tests.Loop;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Context;

public class TurnOpeningTests
{
    private static readonly byte[] s_pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    [Fact]
    public async Task Attached_text_stands_in_the_prompt_and_other_files_are_named()
    {
        using var folder = new TempWorkspace();
        folder.Write("notes/a.md", "Remember the milk.");
        File.WriteAllBytes(folder.Write("b.bin", ""), [0, 1, 2, 0xFF]);
        File.WriteAllText(Path.Combine(folder.Outside, "secret.txt"), "hidden");
        using var turn = Attempt(
            folder,
            ("notes/a.md", "text/markdown"),
            ("b.bin", "application/zip"),
            ("missing.txt", "text/plain"),
            ("../outside/secret.txt", "text/plain"));

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        var said = Model(turn).Requests[0].Messages[^1].Content.Cast<TextBlock>().Select(block => block.Text).ToList();
        Assert.Equal("<file path=\"notes/a.md\">\nRemember the milk.\n</file>", said[0]);
        Assert.Contains("application/zip", said[1]);
        Assert.Contains("does not exist", said[2]);
        Assert.DoesNotContain("hidden", said[3]);
        Assert.Equal(said[0], turn.Journal.Payloads("model.started").First()["messages"]![0]!["content"]![0]!["text"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", true)]
    [InlineData("gpt-5.1", true)]
    [InlineData("qwen2.5-vl:7b", true)]
    [InlineData("deepseek-chat", false)]
    [InlineData("qwen3:8b", false)]
    public async Task An_image_is_shown_to_models_that_look_at_images(string model, bool looks)
    {
        using var folder = new TempWorkspace();
        File.WriteAllBytes(folder.Write("a.png", ""), s_pixel);
        using var turn = Attempt(folder, model, ("a.png", "image/png"));

        await turn.Run();

        var block = Model(turn).Requests[0].Messages[^1].Content[0];
        Assert.Equal(looks ? Convert.ToBase64String(s_pixel) : null, (block as ImageBlock)?.Data);
        // The log names the image, and does not hold it.
        Assert.DoesNotContain(turn.Journal.Events, recorded => recorded.Payload.Contains("iVBORw0KGgo", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_was_changed_since_is_only_mentioned()
    {
        using var folder = new TempWorkspace();
        File.WriteAllBytes(folder.Write("a.png", ""), s_pixel);
        using var first = Attempt(folder, "claude-opus-5", ("a.png", "image/png"));
        await first.Run();
        folder.Write("a.png", "something else");
        first.Journal.Ask(2, "And now?");
        var model = new ScriptedModel(ScriptedModel.Says("unused"), ScriptedModel.Says("done"));
        using var second = new AgentHarness(model)
        {
            Turn = new Turn { Number = 2 },
            Journal = first.Journal,
            Folder = folder,
            ModelName = "claude-opus-5",
        };

        await second.Run();

        Assert.Contains("not there any more", Assert.IsType<TextBlock>(model.Requests[0].Messages[1].Content[0]).Text);
    }

    [Fact]
    public async Task A_turn_begins_with_the_files_that_changed_since_the_conversation_saw_them()
    {
        using var folder = new TempWorkspace();
        foreach (var name in new[] { "same.cs", "changed.cs", "removed.cs" })
            folder.Write(name, name);
        var reads = ScriptedModel.Calls(
            ("a", "read", """{"path": "same.cs"}"""),
            ("b", "read", """{"path": "changed.cs"}"""),
            ("c", "read", """{"path": "removed.cs"}"""));
        using var first = new AgentHarness(new ScriptedModel(reads, ScriptedModel.Says("done")), new ReadTool())
        {
            Turn = new Turn { Number = 1 },
            Journal = Conversations.Asking("Read them."),
            Folder = folder,
        };
        await first.Run();
        folder.Write("changed.cs", "new");
        File.Delete(Path.Combine(folder.Root, "removed.cs"));
        first.Journal.Ask(2, "And now?");
        var model = new ScriptedModel(
            ScriptedModel.Says(""),
            ScriptedModel.Says(""),
            ScriptedModel.Calls(("d", "read", """{"path": "changed.cs"}""")),
            ScriptedModel.Says("done"));
        using var second = new AgentHarness(model, new ReadTool())
        {
            Turn = new Turn { Number = 2 },
            Journal = first.Journal,
            Folder = folder,
        };

        await second.Run();

        var told = Assert
            .Single(model.Requests[^1].Messages, message =>
                message.Role == ModelRole.User && message.Text.Contains("Since you last saw", StringComparison.Ordinal))
            .Text;
        Assert.Contains("changed.cs, removed.cs (removed)", told);
        Assert.DoesNotContain("same.cs", told);
    }

    [Fact]
    public async Task What_is_new_is_told_once_however_often_the_call_is_made()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.md", "Remember the milk.");
        using var turn = Attempt(folder, ("a.md", "text/markdown"));
        Model(turn).Failures.Enqueue(new ProviderException(ProviderErrorCode.Overloaded, "Busy.", retryable: true));

        await turn.Run();

        Assert.Equal(2, Model(turn).Requests.Count);
        Assert.Single(Model(turn).Requests[^1].Messages, message => message.Text.Contains("milk", StringComparison.Ordinal));
    }

    private static AgentHarness Attempt(TempWorkspace folder, params (string Path, string MimeType)[] attachments) =>
        Attempt(folder, "scripted-1", attachments);

    private static AgentHarness Attempt(TempWorkspace folder, string model, params (string Path, string MimeType)[] attachments)
    {
        var journal = new MemoryJournal();
        journal.Ask(1, "Look.", attachments);
        return new AgentHarness(new ScriptedModel(ScriptedModel.Says("done")))
        {
            Turn = new Turn { Number = 1 },
            Journal = journal,
            Folder = folder,
            ModelName = model,
            Time = new InstantTime(),
        };
    }

    private static ScriptedModel Model(AgentHarness turn) => (ScriptedModel)turn.Model;
}
