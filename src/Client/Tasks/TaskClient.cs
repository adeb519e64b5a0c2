using Grpc.Core;
using Koda.Client.Calls;

namespace Koda.Client.Tasks;

/// <summary>Submits, reads, follows and steers tasks.</summary>
public sealed partial class TaskClient
{
    private readonly CallRunner _calls;
    private readonly Runtime.TaskService.TaskServiceClient _service;

    internal TaskClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _service = new(invoker);
    }

    /// <summary>Submits a task. The answer means that the task is committed.</summary>
    /// <param name="request">The task.</param>
    /// <param name="idempotencyKey">
    /// Makes the same submission by another process safe. Null: a key of this call, so that its own retries submit one task.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting; the task may have been submitted.</param>
    public Task<Runtime.Task> SubmitAsync(
        Runtime.SubmitTaskRequest request,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _service.SubmitTaskAsync(request, o),
            Repeat.WhenSafe,
            cancellationToken,
            idempotencyKey ?? Guid.CreateVersion7().ToString());

    /// <summary>Reads a task.</summary>
    public Task<Runtime.Task> GetAsync(string taskId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.GetTaskAsync(new() { TaskId = taskId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Lists tasks, newest first, reading further pages as they are needed.</summary>
    /// <param name="filter">The filters and the page size; its cursor is the place to begin.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<Runtime.Task> ListAsync(
        Runtime.ListTasksRequest? filter = null, CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) =>
            {
                var request = filter?.Clone() ?? new();
                if (cursor.Length > 0)
                    request.Cursor = cursor;
                return _calls.Run(o => _service.ListTasksAsync(request, o), Repeat.WhenSafe, c);
            },
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Lists tasks that failed for good and can be retried by hand, newest first.</summary>
    /// <param name="agentId">Only this agent's tasks. Empty: all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<Runtime.Task> ListDeadLettersAsync(string agentId = "", CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) => _calls.Run(
                o => _service.ListDeadLettersAsync(new() { AgentId = agentId, Cursor = cursor }, o), Repeat.WhenSafe, c),
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Reads the full step trace of a task.</summary>
    public Task<Runtime.Trace> GetTraceAsync(string taskId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.GetTaskTraceAsync(new() { TaskId = taskId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Reads a page of a task's events, oldest first.</summary>
    public Task<Runtime.EventPage> ListEventsAsync(
        string taskId, long afterSeq = 0, int limit = 0, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o =>
                _service.ListTaskEventsAsync(
                    new()
                    {
                        TaskId = taskId,
                        AfterSeq = afterSeq,
                        Limit = limit,
                    },
                    o),
            Repeat.WhenSafe,
            cancellationToken);
}
