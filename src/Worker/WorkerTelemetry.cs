using System.Diagnostics;
using Koda.Protos.Worker.V1;

namespace Koda.Worker;

/// <summary>
/// What an attempt does as spans below the call that submitted its task, named as OpenTelemetry's conventions for generative AI say
/// (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/). They hold names and numbers, never what was said.
/// </summary>
public static class WorkerTelemetry
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "Koda.Worker";

    private static readonly ActivitySource s_source = new(SourceName);

    internal static Activity? StartAttempt(Assignment assignment)
    {
        if (!s_source.HasListeners())
            return null;
        ActivityContext.TryParse(assignment.Traceparent, null, isRemote: true, out var submission);
        // The connection of the worker to the server is nobody's parent.
        Activity.Current = null;
        return s_source.StartActivity($"invoke_agent {assignment.Agent?.Id}", ActivityKind.Consumer, submission)?
            .SetTag("gen_ai.operation.name", "invoke_agent").SetTag("gen_ai.agent.id", assignment.Agent?.Id)
            .SetTag("koda.task.id", assignment.TaskId).SetTag("koda.attempt", assignment.AttemptNumber);
    }

    internal static Activity? StartModelCall(string model) => s_source.StartActivity($"chat {model}", ActivityKind.Client)?
        .SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.request.model", model);

    internal static Activity? StartToolCall(string tool, string callId) => s_source.StartActivity($"execute_tool {tool}")?
        .SetTag("gen_ai.operation.name", "execute_tool").SetTag("gen_ai.tool.name", tool).SetTag("gen_ai.tool.call.id", callId);
}
