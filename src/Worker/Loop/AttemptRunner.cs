using System.Text;
using Grpc.Core;
using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Mcp;
using Koda.Worker.Providers;
using Koda.Worker.Providers.Learning;
using Koda.Worker.Session;
using Koda.Worker.Snapshots;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Koda.Worker.Loop;

/// <summary>Runs an attempt from its assignment to its outcome.</summary>
internal sealed class AttemptRunner(
    WorkerOptions options, WorkerCalls calls, IReadOnlyList<ITool> tools, Sandbox sandbox, TimeProvider time, ILogger logger,
    McpServers? servers = null, HeldCommands? background = null)
{
    // A server that restarts is no fault of the attempt: it waits as long as it is this worker's.
    private readonly ResiliencePipeline _calls = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(Retry).Build();

    private static RetryStrategyOptions Retry => new()
    {
        ShouldHandle = new PredicateBuilder().Handle<RpcException>(error => error.StatusCode == StatusCode.Unavailable),
        MaxRetryAttempts = int.MaxValue,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(100),
        MaxDelay = TimeSpan.FromSeconds(2),
    };

    private readonly HeldCommands _background = background ?? new HeldCommands(time);

    private readonly LearntTraits _learnt = new(time);

    private readonly PrivatePaths _private = PrivatePaths.Of(options);

    private readonly KeptImages _images = KeptImages.Below(options.DataDirectory);

    private readonly ISnapshots _snapshots = GitSnapshots.Find(options.DataDirectory, time, PrivatePaths.Of(options));

    /// <summary>Runs the attempt. Whatever goes wrong becomes an outcome.</summary>
    public async Task<AttemptOutcome> Run(HeldAttempt attempt)
    {
        using var activity = WorkerTelemetry.StartAttempt(attempt.Assignment);
        var limits = new Limits(attempt.Assignment.Agent?.Limits, attempt.Assignment.Turn is not null);
        using var timeout = new CancellationTokenSource(limits.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, attempt.Stop.Now);
        try
        {
            return await Run(attempt, limits, either.Token);
        }
        catch (Exception) when (attempt.Stop.Now.IsCancellationRequested)
        {
            return new AttemptOutcome.Stopped(attempt.Stop.Reason);
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            var message = $"The attempt ran longer than {limits.Timeout.TotalSeconds} seconds.";
            return new AttemptOutcome.Failed("attempt.timeout", message, Retryable: true);
        }
        catch (ToolException error)
        {
            return new AttemptOutcome.Failed("workspace.invalid", error.Message, Retryable: false);
        }
        catch (ProviderException error)
        {
            return new AttemptOutcome.Failed(error.Code, error.Message, error.Retryable, error.RetryAfter);
        }
        catch (RpcException error)
        {
            return new AttemptOutcome.Failed("worker.server_call_failed", error.Status.Detail, Retryable: true);
        }
        catch (Exception error)
        {
            logger.AttemptBroke(error, attempt.Ref.AttemptId);
            return new AttemptOutcome.Failed("worker.internal", $"The worker failed: {error.Message}", Retryable: true);
        }
    }

    private async Task<AttemptOutcome> Run(HeldAttempt attempt, Limits limits, CancellationToken cancellationToken)
    {
        var assignment = attempt.Assignment;
        var conversation = await _calls.ExecuteAsync(async token => await Rebuild(assignment, token), cancellationToken);
        if (assignment.Operation is not null)
            return await OperationOf(attempt, conversation).Run(cancellationToken);
        using var others = await ServerTools(assignment, cancellationToken);
        var toolbox = new Toolbox([.. tools, .. SubagentTool.For(assignment), .. others?.Tools ?? []], assignment.Agent.Tools);
        var providers = new AttemptProviders(calls, _calls, _learnt);
        var (own, secret) = await providers.Own(assignment, cancellationToken);
        var secrets = await Secrets(assignment, cancellationToken);
        var redactor = new Redactor([secret, options.Token, .. secrets.Values]);
        var provider = providers.WithFallbacks(own, assignment, redactor);
        var recorder = new Recorder(attempt, conversation, redactor);
        var workspace = WorkspaceOf(assignment);
        assignment = await new AttemptPrompt(calls, _calls, time).WithPrompt(
            assignment, conversation, recorder, workspace, cancellationToken);
        var snapshots = new TurnSnapshots(
            _snapshots,
            toolbox.CanChange ? workspace.Root : null,
            assignment,
            conversation,
            recorder,
            Permissions.DeniedBy(assignment.Agent.Permissions));
        if (sandbox.Missing is { } missing && !conversation.Begun && TurnPermissions.Running.Any(tool => toolbox.Find(tool) is not null))
            recorder.Report(new CommandsUnconfined(missing, options.UnconfinedCommands));
        var permissions = TurnPermissions.Of(assignment, workspace, sandbox, options.UnconfinedCommands);
        workspace = workspace.Forbidding(permissions.Forbids);
        using var log = new BackgroundLog(recorder, redactor, time);
        var background = await _background.Take(assignment, conversation, recorder, log);
        var context = new ToolContext
        {
            BeforeChange = snapshots.BeforeChange,
            Workspace = workspace,
            KnownDigest = conversation.FileDigest,
            Output = (_, _) => { },
            CommandTimeout = limits.CommandTimeout,
            Sandbox = sandbox,
            UnconfinedCommands = options.UnconfinedCommands,
            Secrets = secrets,
            Time = time,
            MayRead = path => permissions.MayRead(path, conversation.Approvals.Always),
            Todo = () => conversation.Todo,
            Background = background,
        };
        var model = new ModelCall(
            assignment,
            provider,
            toolbox.Definitions,
            conversation,
            recorder,
            attempt,
            time,
            options.LongestPause,
            new PromptImages(workspace, _images));
        using var run = new RunContext(assignment, provider, conversation, recorder, attempt, workspace, time);
        var preparation = new CallPreparation(toolbox, permissions, conversation, context, assignment.Turn?.Unattended ?? false);
        var runner = new ToolRunner(
            context, recorder, redactor, (name, text, token) => Upload(attempt.Ref, name, text, token), attempt.Progress, _images);
        var round = new ToolRound(conversation, preparation, runner, context, recorder, attempt.Stop);
        var loop = new AgentLoop(conversation, model, round, limits, recorder, attempt.Stop, run);
        return await snapshots.Run(token => _background.Run(assignment, background, loop.Run(token)), cancellationToken);
    }

    private WorkspaceOperations OperationOf(HeldAttempt attempt, Conversation conversation)
    {
        var recorder = new Recorder(attempt, conversation, new Redactor(options.Token));
        return new WorkspaceOperations(_snapshots, WorkspaceOf(attempt.Assignment).Root, attempt.Assignment, conversation, recorder);
    }

    private async Task<McpUse?> ServerTools(Assignment assignment, CancellationToken cancellationToken) =>
        servers is not null && assignment.Agent.Tools.Any(name => name.StartsWith(McpTool.Prefix, StringComparison.Ordinal))
            ? await servers.Use(WorkspaceOf(assignment), cancellationToken)
            : null;

    private async Task<Conversation> Rebuild(Assignment assignment, CancellationToken cancellationToken)
    {
        var conversation = new Conversation();
        // The first attempt's journal holds only what the engine wrote, unless there were turns before it.
        if (assignment.JournalLength == 0 || (assignment.AttemptNumber <= 1 && assignment.Turn is null))
            return conversation;
        await foreach (var recorded in calls.ReadJournal(assignment.Attempt, cancellationToken))
            conversation.Apply(recorded);
        return conversation;
    }

    private async Task<IReadOnlyDictionary<string, string>> Secrets(Assignment assignment, CancellationToken cancellationToken) =>
        assignment.Agent.Tools.Contains(BashTool.ToolName)
            ? await _calls.ExecuteAsync(async token => await calls.GetAgentEnvironment(assignment.Attempt, token), cancellationToken)
            : new Dictionary<string, string>();

    private Workspace WorkspaceOf(Assignment assignment)
    {
        var path = assignment.Workspace.Length > 0 ? assignment.Workspace : options.DefaultWorkspace;
        // An agent without tools touches no file, so that any directory will do.
        if (path is null && assignment.Operation is null && assignment.Agent.Tools.Count == 0)
            return Workspace.Open(Path.GetTempPath(), [], _private);
        if (path is null)
            throw new ToolException("The task names no workspace and this worker has no default one.");
        return Workspace.Open(path, options.WorkspaceRoots, _private);
    }

    private async Task<string> Upload(AttemptRef attempt, string name, string text, CancellationToken cancellationToken)
    {
        var header = new ArtifactHeader
        {
            Attempt = attempt,
            Name = name,
            MediaType = "text/plain; charset=utf-8",
        };
        return await _calls.ExecuteAsync(
            async token => await calls.UploadArtifact(header, Encoding.UTF8.GetBytes(text), token), cancellationToken);
    }
}
