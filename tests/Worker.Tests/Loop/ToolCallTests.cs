using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class ToolCallTests
{
    [Theory]
    [InlineData("nothing_like_it", "{}", "no tool")]
    [InlineData("look", "{not json", "not valid JSON")]
    [InlineData("look", "[1, 2]", "must be a JSON object")]
    [InlineData("look", "{}", "'n' is required")]
    [InlineData("look", """{"n": 5, "extra": true}""", "'extra' is not known")]
    [InlineData("look", """{"n": "a", "n": "b"}""", "not valid JSON")]
    [InlineData("look", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "not valid JSON")]
    public async Task Garbage_calls_become_errors_that_the_model_hears_of(string tool, string arguments, string problem)
    {
        var model = new ScriptedModel(ScriptedModel.Calls(("c", tool, arguments)), ScriptedModel.Says("done"));
        using var task = new AgentHarness(model, new CountingTool("look", readOnly: true));

        Assert.Equal(new AttemptOutcome.Completed("done"), await task.Run());

        var told = (ToolResultBlock)model.Requests[1].Messages[^1].Content[0];
        Assert.True(told.IsError);
        Assert.Contains(problem, told.Content);
    }

    [Fact]
    public async Task Read_only_calls_of_one_answer_run_side_by_side()
    {
        var both = new CountdownEvent(2);
        var look = new CountingTool("look", readOnly: true)
        {
            During = (_, cancellationToken) => Task.Run(() =>
            {
                both.Signal();
                both.Wait(cancellationToken);
            }, cancellationToken),
        };
        var model = new ScriptedModel(
            ScriptedModel.Calls(("a", "look", """{"n": "1"}"""), ("b", "look", """{"n": "2"}""")), ScriptedModel.Says("done"));
        using var task = new AgentHarness(model, look);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));

        await task.Run(patience.Token);

        Assert.Equal(["a", "b"], model.Requests[1].Messages.Where(message => message.Role == ModelRole.Tool)
            .Select(message => ((ToolResultBlock)message.Content[0]).CallId));
    }

    [Fact]
    public async Task Calls_that_change_something_run_in_order()
    {
        var change = new CountingTool("change", readOnly: false);
        var calls = Enumerable.Range(0, 8).Select(n => ($"c{n}", "change", $$"""{"n": "{{n}}"}""")).ToArray();
        using var task = new AgentHarness(new ScriptedModel(ScriptedModel.Calls(calls), ScriptedModel.Says("done")), change);

        await task.Run();

        Assert.Equal(Enumerable.Range(0, 8).Select(n => $"{n}"), change.Calls);
    }

    [Fact]
    public async Task A_path_out_of_the_workspace_is_refused_and_recorded()
    {
        var model = new ScriptedModel(ScriptedModel.Calls(("c", "read", """{"path": "../outside/secret"}""")), ScriptedModel.Says("done"));
        using var task = new AgentHarness(model, new ReadTool());
        File.WriteAllText(Path.Combine(task.Folder.Outside, "secret"), "secret");

        await task.Run();

        var refused = Assert.Single(task.Journal.Payloads("security.path_refused"));
        Assert.Equal("../outside/secret", refused["path"]!.GetValue<string>());
        Assert.True(((ToolResultBlock)model.Requests[1].Messages[^1].Content[0]).IsError);
    }

    [Fact]
    public async Task A_long_result_is_shortened_for_the_model_and_kept_whole_as_an_artifact()
    {
        var text = new string('x', 100_000);
        var model = new ScriptedModel(ScriptedModel.Calls(("c", "look", $$"""{"n": "{{text}}"}""")), ScriptedModel.Says("done"));
        using var task = new AgentHarness(model, new CountingTool("look", readOnly: true));

        await task.Run();

        var finished = Assert.Single(task.Journal.Payloads("tool.finished"));
        Assert.True(finished["truncated"]!.GetValue<bool>());
        Assert.InRange(finished["result"]!.GetValue<string>().Length, 1, Shortened.MaxLength + 100);
        Assert.Equal("artifact-1", finished["artifacts"]![0]!.GetValue<string>());
        Assert.Equal($"did {text}", Assert.Single(task.Uploads.Values));
    }

    [Fact]
    public async Task The_providers_key_never_leaves_the_attempt()
    {
        const string Secret = "sk-very-secret-0123456789";
        var model = new ScriptedModel(ScriptedModel.Calls(("c", "look", $$"""{"n": "{{Secret}}"}""")), ScriptedModel.Says("done"));
        using var task = new AgentHarness(model, new CountingTool("look", readOnly: true)) { Secret = Secret };

        await task.Run();

        Assert.DoesNotContain(task.Journal.Events, recorded => recorded.Payload.Contains(Secret));
    }
}
