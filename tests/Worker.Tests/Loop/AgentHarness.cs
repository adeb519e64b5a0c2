using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Snapshots;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;

namespace Koda.Worker.Tests.Loop;

/// <summary>One attempt of an agent, over a journal in memory.</summary>
internal sealed class AgentHarness : IDisposable
{
    public AgentHarness(IModelProvider model, params IReadOnlyList<ITool> tools) => (Model, Tools) = (model, tools);

    public IModelProvider Model { get; }

    public IReadOnlyList<ITool> Tools { get; }

    public MemoryJournal Journal { get; init; } = new();

    public TempWorkspace Folder { get => field ??= new TempWorkspace(); init; }

    public AgentLimits Limits { get; init; } = new();

    public List<PermissionRule> Rules { get; init; } = [new PermissionRule { Tool = "*", Action = PermissionAction.Allow }];

    public AttemptStop Stop { get; } = new(TimeProvider.System);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Dictionary<string, string> Uploads { get; } = [];

    public string Kind { get; init; } = "scripted";

    public string ModelName { get; init; } = "scripted-1";

    public string Secret { get; init; } = "";

    /// <summary>Set when the attempt is one at a turn of a conversation.</summary>
    public Turn? Turn { get; init; }

    /// <summary>How much the model reads. 0: nobody knows.</summary>
    public long ContextTokens { get; init; }

    public int CompactionPercent { get; set; } = 80;

    /// <summary>Whether the worker was started to run commands of tasks without a sandbox.</summary>
    public bool UnconfinedCommands { get; init; }

    /// <summary>Rules of the agent that called this one.</summary>
    public IReadOnlyList<PermissionRule> Ceiling { get; init; } = [];

    /// <summary>Where the turn keeps what the workspace was. Null: nowhere.</summary>
    public ISnapshots? Snapshots { get; init; }

    /// <summary>What stands between the attempt and its journal. Null: nothing.</summary>
    public IAttemptReports? Reports { get; init; }

    public async Task<AttemptOutcome> Run(CancellationToken cancellationToken = default)
    {
        var agent = new AgentSpec { Id = "tester", ProviderKind = Kind, Model = ModelName, SystemPrompt = "Test.", Limits = Limits };
        var assignment = new Assignment
        {
            TaskId = $"task-{Turn?.Number}",
            Query = "Do it.",
            Agent = agent,
            Turn = Turn,
            ContextTokens = ContextTokens,
            CompactionPercent = CompactionPercent,
        };
        var conversation = new Conversation();
        foreach (var recorded in Journal.Events)
            conversation.Apply(recorded);
        var redactor = new Redactor(Secret);
        var recorder = new Recorder(Reports ?? Journal, conversation, redactor);
        var snapshots = new TurnSnapshots(
            Snapshots ?? new NoSnapshots(),
            Snapshots is null ? null : Folder.Context.Workspace.Root,
            assignment,
            conversation,
            recorder,
            Permissions.DeniedBy([.. Rules]));
        var toolbox = new Toolbox(Tools, Tools.Select(tool => tool.Definition.Name));
        assignment.Agent.Permissions.AddRange(Rules);
        assignment.Agent.CeilingPermissions.AddRange(Ceiling);
        var permissions = TurnPermissions.Of(assignment, Folder.Context.Workspace, Folder.Context.Sandbox, UnconfinedCommands);
        var context = Folder.Context with
        {
            Workspace = Folder.Context.Workspace.Forbidding(permissions.Forbids),
            MayRead = path => permissions.MayRead(path, conversation.Approvals.Always),
            KnownDigest = conversation.FileDigest,
            BeforeChange = snapshots.BeforeChange,
            UnconfinedCommands = UnconfinedCommands,
        };
        var images = KeptImages.Below(Folder.Outside);
        var model = new ModelCall(
            assignment,
            Model,
            toolbox.Definitions,
            conversation,
            recorder,
            Journal,
            Time,
            images: new PromptImages(context.Workspace, images));
        var runner = new ToolRunner(context, recorder, redactor, Upload, _ => { }, images);
        var preparation = new CallPreparation(toolbox, permissions, conversation, context, Turn?.Unattended ?? false);
        var round = new ToolRound(conversation, preparation, runner, context, recorder, Stop);
        using var run = new RunContext(assignment, Model, conversation, recorder, Journal, context.Workspace, Time);
        return await snapshots.Run(
            new AgentLoop(conversation, model, round, new Limits(Limits, Turn is not null), recorder, Stop, run).Run, cancellationToken);
    }

    public void Dispose()
    {
        Folder.Dispose();
        Stop.Dispose();
    }

    private Task<string> Upload(string name, string text, CancellationToken cancellationToken)
    {
        Uploads[name] = text;
        return Task.FromResult($"artifact-{Uploads.Count}");
    }
}
