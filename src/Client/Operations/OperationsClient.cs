using System.Runtime.CompilerServices;
using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Operations;

/// <summary>What an operator watches: every run, what waits for a person, and what models cost.</summary>
public sealed class OperationsClient
{
    private readonly CallRunner _calls;
    private readonly RunService.RunServiceClient _runs;
    private readonly InboxService.InboxServiceClient _inbox;
    private readonly CostService.CostServiceClient _costs;

    internal OperationsClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _runs = new(invoker);
        _inbox = new(invoker);
        _costs = new(invoker);
    }

    /// <summary>Lists root runs of every kind, newest first, reading further pages as they are needed.</summary>
    /// <param name="filter">Which runs; its cursor is where the list begins.</param>
    /// <param name="cancellationToken">Ends the list.</param>
    public IAsyncEnumerable<Run> ListRunsAsync(ListRunsRequest? filter = null, CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) =>
            {
                var request = filter?.Clone() ?? new ListRunsRequest();
                if (cursor.Length > 0)
                    request.Cursor = cursor;
                return _calls.Run(o => _runs.ListRunsAsync(request, o), Repeat.WhenSafe, c);
            },
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>The place in the log from which a feed tells every change that a list made later does not show.</summary>
    public async Task<long> GetPositionAsync(CancellationToken cancellationToken = default) =>
        (await _calls.Run(o => _runs.ListRunsAsync(new() { Limit = 1 }, o), Repeat.WhenSafe, cancellationToken)).Position;

    /// <summary>Reads a run, with those that it has started.</summary>
    public Task<RunDetails> GetRunAsync(string runId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _runs.GetRunAsync(new() { RunId = runId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>
    /// Follows root runs for ever: each that changed, as it stands then. A feed that is cut goes on after the last change that it gave.
    /// </summary>
    /// <param name="filter">Which runs, and the position that the caller has seen.</param>
    /// <param name="cancellationToken">Ends the feed.</param>
    public async IAsyncEnumerable<Run> WatchRunsAsync(
        WatchRunsRequest filter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var source = new EndlessFeed<RunChanges>(
            (after, options) => _runs.WatchRuns(new(filter) { AfterPosition = after }, options), changes => changes.Position);
        using var feed = new ResumedFeed<RunChanges>(source, _calls, filter.AfterPosition, onCut: null);
        while (await feed.Next(cancellationToken) is { } changes)
        {
            foreach (var run in changes.Items)
                yield return run;
        }
    }

    /// <summary>Lists what waits for a person, the longest wait first, reading further pages as they are needed.</summary>
    /// <param name="agentId">Only this agent's. Empty: all.</param>
    /// <param name="cancellationToken">Ends the list.</param>
    public IAsyncEnumerable<InboxItem> ListInboxAsync(string agentId = "", CancellationToken cancellationToken = default) => Pages.Read(
        (cursor, c) => _calls.Run(o => _inbox.ListInboxAsync(new() { AgentId = agentId, Cursor = cursor }, o), Repeat.WhenSafe, c),
        page => page.Items,
        page => page.NextCursor,
        cancellationToken);

    /// <summary>Answers an item. Safe to repeat: the same answer again is fine, another one is a conflict.</summary>
    public Task<InboxAnswer> AnswerAsync(AnswerInboxItemRequest answer, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _inbox.AnswerInboxItemAsync(answer, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>What was consumed, a page of it, with all pages together as the total.</summary>
    public Task<ListCostsResponse> ListCostsAsync(ListCostsRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _costs.ListCostsAsync(request, o), Repeat.WhenSafe, cancellationToken);
}
