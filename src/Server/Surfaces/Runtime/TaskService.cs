using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Settings;
using Koda.Server.Engine.Tasks;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Submits and steers tasks.</summary>
internal sealed partial class TaskService(
    SubmitTask submitTask,
    GetTask getTask,
    ListTasks listTasks,
    CancelTask cancelTask,
    PauseTask pauseTask,
    ResumeTask resumeTask,
    RetryTask retryTask,
    ReadEvents readEvents,
    EventFeed feed,
    CurrentSettings settings) : Wire.TaskService.TaskServiceBase
{
    public override async Task<Wire.Task> SubmitTask(Wire.SubmitTaskRequest request, ServerCallContext context)
    {
        var key = SubmissionReading.IdempotencyKey(request, context);
        if (request.AgentId.Length == 0)
            request.AgentId = (await settings.Read(context.CancellationToken)).Defaults.AgentId;
        var submission = SubmissionReading.From(request, context);
        var submitted = await submitTask.Execute(submission, key, Encode, context.CancellationToken);
        return submitted.Task is { } task ? TaskViews.From(task) : Wire.Task.Parser.ParseFrom(submitted.Replayed);

        static byte[] Encode(TaskRecord task) => Google.Protobuf.MessageExtensions.ToByteArray(TaskViews.From(task));
    }

    public override async Task<Wire.Task> GetTask(Wire.GetTaskRequest request, ServerCallContext context) =>
        TaskViews.From(await getTask.Execute(IdReading.Task(request.TaskId), context.CancellationToken));

    public override async Task<Wire.ListTasksResponse> ListTasks(Wire.ListTasksRequest request, ServerCallContext context)
    {
        var filter = new TaskFilter
        {
            AgentId = request.AgentId,
            States = TaskViews.States(request.Status),
            CreatedAfter = request.CreatedAfter?.ToDateTimeOffset(),
            CreatedBefore = request.CreatedBefore?.ToDateTimeOffset(),
        };
        return Page(await listTasks.Execute(filter, request.Limit, request.Cursor, context.CancellationToken));
    }

    public override async Task<Wire.ListTasksResponse> ListDeadLetters(Wire.ListDeadLettersRequest request, ServerCallContext context)
    {
        var filter = new TaskFilter { AgentId = request.AgentId, DeadLetters = true };
        return Page(await listTasks.Execute(filter, request.Limit, request.Cursor, context.CancellationToken));
    }

    public override async Task<Wire.Task> CancelTask(Wire.CancelTaskRequest request, ServerCallContext context) => TaskViews.From(
        await cancelTask.Execute(IdReading.Task(request.TaskId), request.Reason, context.GetPrincipal().Id, context.CancellationToken));

    public override async Task<Wire.Task> PauseTask(Wire.PauseTaskRequest request, ServerCallContext context) => TaskViews.From(
        await pauseTask.Execute(IdReading.Task(request.TaskId), context.GetPrincipal().Id, context.CancellationToken));

    public override async Task<Wire.Task> ResumeTask(Wire.ResumeTaskRequest request, ServerCallContext context) => TaskViews.From(
        await resumeTask.Execute(IdReading.Task(request.TaskId), context.GetPrincipal().Id, context.CancellationToken));

    public override async Task<Wire.Task> RetryTask(Wire.RetryTaskRequest request, ServerCallContext context) => TaskViews.From(
        await retryTask.Execute(IdReading.Task(request.TaskId), context.GetPrincipal().Id, context.CancellationToken));

    private static Wire.ListTasksResponse Page(Engine.Page<TaskRecord> page)
    {
        var reply = new Wire.ListTasksResponse { Items = { page.Items.Select(TaskViews.From) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }
}
