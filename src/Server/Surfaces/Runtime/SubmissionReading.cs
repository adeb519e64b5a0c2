using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Koda.Providers;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Tasks;
using Koda.Server.Http;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Reads submissions, and names every fault of one at once.</summary>
internal static class SubmissionReading
{
    private const int MaxQueryBytes = 256 * 1024;
    private const int MaxMetadataBytes = 16 * 1024;
    private const int MaxAttempts = 100;
    private const int MaxPriority = 100;

    /// <exception cref="RpcFault">INVALID_REQUEST.</exception>
    public static TaskSubmission From(Wire.SubmitTaskRequest request, ServerCallContext context)
    {
        var faults = Faults(request).ToArray();
        if (faults.Length > 0)
            throw RpcFault.Invalid(faults);
        return new TaskSubmission
        {
            AgentId = request.AgentId,
            Query = request.Query,
            Metadata = request.Metadata.Length == 0 ? "{}" : request.Metadata,
            Context = TaskViews.Context(request.Context),
            Priority = request.Priority,
            MaxAttempts = request.MaxAttempts,
            Principal = context.GetPrincipal().Id,
            Traceparent = System.Diagnostics.Activity.Current?.Id ?? "",
        };
    }

    public static IdempotencyKey? IdempotencyKey(Wire.SubmitTaskRequest request, ServerCallContext context) =>
        context.GetIdempotencyKey(request) is { } key
            ? new IdempotencyKey(context.GetPrincipal().Id, context.Method, key, SHA256.HashData(request.ToByteArray()))
            : null;

    private static IEnumerable<FieldFault> Faults(Wire.SubmitTaskRequest request)
    {
        if (request.AgentId.Length == 0)
            yield return new FieldFault("agent_id", "is required");
        if (string.IsNullOrWhiteSpace(request.Query))
            yield return new FieldFault("query", "must not be empty");
        else if (Encoding.UTF8.GetByteCount(request.Query) > MaxQueryBytes)
            yield return new FieldFault("query", $"must have at most {MaxQueryBytes} bytes");
        if (Encoding.UTF8.GetByteCount(request.Metadata) > MaxMetadataBytes)
            yield return new FieldFault("metadata", $"must have at most {MaxMetadataBytes} bytes");
        else if (request.Metadata.Length > 0 && !IsJsonObject(request.Metadata))
            yield return new FieldFault("metadata", "must be a JSON object");
        if (Math.Abs((long)request.Priority) > MaxPriority)
            yield return new FieldFault("priority", $"must be -{MaxPriority} to {MaxPriority}");
        if (request.MaxAttempts is < 0 or > MaxAttempts)
            yield return new FieldFault("max_attempts", $"must be 0 to {MaxAttempts}");
        foreach (var fault in ContextFaults(request.Context))
            yield return fault;
    }

    private static IEnumerable<FieldFault> ContextFaults(Wire.TaskContext? context)
    {
        if (context is null)
            yield break;
        if (context.TimeoutSeconds < 0)
            yield return new FieldFault("context.timeout_seconds", "must not be negative");
        if (context.MaxCostUsd < 0 || !Dollars.IsCountable(context.MaxCostUsd))
            yield return new FieldFault("context.max_cost_usd", "must be an amount of US dollars; 0 is no limit");
        if (context.Workspace.Length > 0 && !Path.IsPathRooted(context.Workspace))
            yield return new FieldFault("context.workspace", "must be an absolute directory");
    }

    private static bool IsJsonObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
