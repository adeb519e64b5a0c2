using System.Globalization;
using System.Text.Json;
using Koda.Client;
using Koda.Client.Evidence;
using Koda.Testing;

namespace Koda.Fault.Tests;

/// <summary>What the log says of one task.</summary>
internal sealed class TaskLog(Cluster cluster, string taskId)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public Guid Id { get; } = TaskId.Parse(taskId)!.Value;

    /// <summary>Waits until an event of the kind is there, at the step where one is given.</summary>
    public Task Has(string kind, int? step = null) =>
        Eventually.IsTrue(() => IsThere(kind, step), s_patience, () => $"{taskId} has {kind} {step}. {cluster.Logs()}");

    private async Task<bool> IsThere(string kind, int? step) => (await cluster.Query<bool>(
        "select exists (select from events where stream_id = $1 and kind = $2 and ($3 = '' or payload::json ->> 'step' = $3))",
        Id, kind, step?.ToString(CultureInfo.InvariantCulture) ?? "")).Single();

    /// <summary>Waits until a worker holds the task and gives the worker's name; null when the task has ended.</summary>
    public async Task<string?> Holder()
    {
        string[] names = [];
        await Eventually.IsTrue(
            async () =>
            {
                names = await cluster.Query<string>(
                    """
                    select name from attempts join workers on workers.id = worker_id
                    where task_id = $1 and ended_at is null and accepted_at is not null
                    """,
                    Id);
                return names.Length == 1 || await Ended();
            },
            s_patience, () => $"a worker holds {taskId}. {cluster.Logs()}");
        return names.FirstOrDefault();
    }

    public async Task<bool> Ended() =>
        (await cluster.Query<bool>("select finished_at is not null from tasks where id = $1", Id)).Single();

    /// <summary>Waits until the task has ended well, verifies its chain, and gives all of its events.</summary>
    public async Task<IReadOnlyList<Runtime.Event>> Completed(KodaClient client)
    {
        await Eventually.IsTrue(Ended, s_patience, () => $"{taskId} ends. {cluster.Logs()}");
        var chain = new EventChain(Id);
        var events = (await client.Tasks.ListEventsAsync(taskId, limit: 1000)).Items;
        Assert.All(events, item => Assert.Null(chain.Verify(item)));
        Assert.Single(events, item => item.Kind == "task.completed");
        Assert.Equal("task.completed", events.Last(item => !item.Kind.StartsWith("security.", StringComparison.Ordinal)).Kind);
        return events;
    }

    /// <summary>The step that an event belongs to.</summary>
    public static int StepOf(Runtime.Event item) => Payload(item).GetProperty("step").GetInt32();

    public static JsonElement Payload(Runtime.Event item) => JsonDocument.Parse(item.Payload).RootElement;
}
