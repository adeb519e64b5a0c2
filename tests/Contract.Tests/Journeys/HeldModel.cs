using System.Collections.Concurrent;

namespace Koda.Contract.Tests.Journeys;

/// <summary>A model that answers a task when the test lets it, so that a task runs for as long as the test needs.</summary>
internal sealed class HeldModel : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly SemaphoreSlim _arrivals = new(0);

    private HeldModel()
    {
    }

    public ScriptedModel Server { get; private set; } = null!;

    public static async Task<HeldModel> Start()
    {
        var held = new HeldModel();
        held.Server = await ScriptedModel.Start(async (context, request) =>
        {
            var query = request["messages"]!.AsArray().Last(message => message!.At("role") == "user")!.At("content");
            held._asked.Enqueue(query);
            held._arrivals.Release();
            await held.Gate(query).Task.WaitAsync(context.RequestAborted);
            await ScriptedModel.Stream(context, ModelTurn.Say($"Done: {query}"));
        });
        return held;
    }

    /// <summary>The query of the next task that asks.</summary>
    public async Task<string> NextAsked()
    {
        if (!await _arrivals.WaitAsync(s_patience))
            throw new TimeoutException("No task asked the model.");
        return _asked.TryDequeue(out var query) ? query : throw new InvalidOperationException("An arrival without a query.");
    }

    /// <summary>Lets the task with this query end.</summary>
    public void Release(string query) => Gate(query).TrySetResult();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private TaskCompletionSource Gate(string query) =>
        _gates.GetOrAdd(query, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
