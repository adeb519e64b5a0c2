using Grpc.Core;
using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Session;
using Koda.Worker.Tests.Tools;
using Polly;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public sealed class AttemptPromptTests : IDisposable
{
    private readonly TempWorkspace _folder = new();
    private readonly CompilingServer _server = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_task_without_skills_has_its_agents_prompt() =>
        Assert.Equal("Be brief.", await Prompt(new Conversation(), isTurn: false));

    [Fact]
    public async Task A_turn_is_told_where_it_works()
    {
        var prompt = await Prompt(new Conversation(), isTurn: true);
        Assert.StartsWith("Be brief.\n\n# Where you work\n", prompt);
    }

    [Fact]
    public async Task Each_turn_compiles_its_skills_anew_and_its_later_attempts_go_on_with_that_prompt()
    {
        var conversation = new Conversation();
        var first = await Prompt(conversation, isTurn: true, "*");
        conversation.Apply(new ModelStarted(1, "scripted", "scripted-1", [], "", first));
        Assert.Equal(first, await Prompt(conversation, isTurn: true, "*"));

        conversation.Apply(new MessageSent(2, new() { ["role"] = "user", ["content"] = new System.Text.Json.Nodes.JsonArray() }));
        var second = await Prompt(conversation, isTurn: true, "*");

        Assert.StartsWith("compiled 1", first);
        Assert.StartsWith("compiled 2", second);
    }

    [Fact]
    public async Task A_task_keeps_the_prompt_that_its_first_attempt_compiled()
    {
        var conversation = new Conversation();
        conversation.Apply(new ModelStarted(1, "scripted", "scripted-1", [], "", "recorded"));
        Assert.Equal("recorded", await Prompt(conversation, isTurn: false, "*"));
        Assert.Equal(0, _server.Compiled);
    }

    private async Task<string> Prompt(Conversation conversation, bool isTurn, params string[] skills)
    {
        var assignment = new Assignment
        {
            Attempt = new AttemptRef(),
            Agent = new AgentSpec { SystemPrompt = "Be brief.", Skills = { skills }, Tools = { "read" } },
            Turn = isTurn ? new Turn { Number = 1 } : null,
        };
        var recorder = new Recorder(new MemoryJournal(), conversation, new Redactor());
        var prompt = new AttemptPrompt(new WorkerCalls(_server, "token"), ResiliencePipeline.Empty, TimeProvider.System);
        return (await prompt.WithPrompt(assignment, conversation, recorder, _folder.Context.Workspace, CancellationToken.None))
            .Agent
            .SystemPrompt;
    }

    /// <summary>A server that compiles prompts and counts them.</summary>
    private sealed class CompilingServer : CallInvoker
    {
        public int Compiled { get; private set; }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            var prompt = new CompiledPrompt { SystemPrompt = $"compiled {++Compiled}" };
            return new AsyncUnaryCall<TResponse>(
                Task.FromResult((TResponse)(object)prompt),
                Task.FromResult(new Metadata()),
                () => Status.DefaultSuccess,
                () => [],
                () => { });
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unused();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unused();

        private static NotSupportedException Unused() => new("Prompts need no such call.");
    }
}
