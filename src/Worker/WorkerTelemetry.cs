using System.Diagnostics;
using System.Diagnostics.Metrics;
using Koda.Protos.Worker.V1;
using Koda.Worker.Mcp;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker;

/// <summary>
/// What an attempt does as spans below the call that submitted its task, and as measurements, named as OpenTelemetry's conventions for
/// generative AI say (https://github.com/open-telemetry/semantic-conventions-genai). They hold names and numbers, never what was said.
/// </summary>
public static class WorkerTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string SourceName = "Koda.Worker";

    private const string Operation = "gen_ai.operation.name";
    private const string ErrorType = "error.type";

    private static readonly ActivitySource s_source = new(SourceName);
    private static readonly Meter s_meter = new(SourceName);

    private static readonly Histogram<double> s_modelDuration = s_meter.CreateHistogram(
        "gen_ai.client.operation.duration", "s", "The time of a model call.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
        });

    private static readonly Histogram<long> s_tokens = s_meter.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "The tokens that a model took, and that it gave.",
        advice: new InstrumentAdvice<long>
        {
            HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
        });

    private static readonly Counter<double> s_cost = s_meter.CreateCounter<double>(
        "koda.model.cost", "{USD}", "What models cost in US dollars, where the price is known.");

    private static readonly Histogram<double> s_toolDuration = s_meter.CreateHistogram(
        "gen_ai.execute_tool.duration",
        "s",
        "The time of a tool's run.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600] }
    );

    internal static Activity? StartAttempt(Assignment assignment)
    {
        if (!s_source.HasListeners())
            return null;
        ActivityContext.TryParse(assignment.Traceparent, null, isRemote: true, out var submission);
        // The connection of the worker to the server is nobody's parent.
        Activity.Current = null;
        return s_source.StartActivity($"invoke_agent {assignment.Agent?.Id}", ActivityKind.Consumer, submission)?
            .SetTag(Operation, "invoke_agent").SetTag("gen_ai.agent.id", assignment.Agent?.Id)
            .SetTag("koda.task.id", assignment.TaskId).SetTag("koda.attempt", assignment.AttemptNumber);
    }

    /// <summary>Asks a model, and measures that.</summary>
    /// <param name="assignment">The attempt.</param>
    /// <param name="name">What the model is called beside the others of the attempt.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ask">Gets the answer.</param>
    /// <param name="usage">What an answer used. Null: nobody knows.</param>
    internal static async Task<T> AskModel<T>(
        Assignment assignment, string name, TimeProvider time, Func<Task<T>> ask, Func<T, ModelUsage?> usage)
    {
        var fallback = assignment.Fallback(name);
        var tags = new TagList
        {
            { Operation, "chat" },
            { "gen_ai.provider.name", fallback?.ProviderKind ?? assignment.Agent.ProviderKind },
            { "gen_ai.request.model", fallback?.Model ?? name },
        };
        using var activity = s_source.StartActivity($"chat {name}", ActivityKind.Client, parentContext: default, tags);
        var started = time.GetTimestamp();
        try
        {
            var answer = await ask();
            if (usage(answer) is { } used)
                Used(used, tags, activity);
            return answer;
        }
        catch (Exception error)
        {
            Fail(error is ProviderException refusal ? refusal.Code : TypeOf(error), ref tags, activity);
            throw;
        }
        finally
        {
            s_modelDuration.Record(time.GetElapsedTime(started).TotalSeconds, tags);
        }
    }

    /// <summary>Runs a tool, and measures that.</summary>
    internal static async Task<ToolResult> RunTool(string tool, string callId, TimeProvider time, Func<Task<ToolResult>> run)
    {
        // What other servers call their tools is theirs to choose, and without bound.
        var name = tool.StartsWith(McpTool.Prefix, StringComparison.Ordinal) ? "mcp" : tool;
        var tags = new TagList { { Operation, "execute_tool" }, { "gen_ai.tool.name", name } };
        using var activity = s_source.StartActivity($"execute_tool {tool}")?
            .SetTag(Operation, "execute_tool").SetTag("gen_ai.tool.name", tool).SetTag("gen_ai.tool.call.id", callId);
        var started = time.GetTimestamp();
        try
        {
            var result = await run();
            if (result.IsError)
                Fail("tool_error", ref tags, activity);
            return result;
        }
        catch (Exception error)
        {
            Fail(TypeOf(error), ref tags, activity);
            throw;
        }
        finally
        {
            s_toolDuration.Record(time.GetElapsedTime(started).TotalSeconds, tags);
        }
    }

    private static void Used(ModelUsage used, TagList call, Activity? activity)
    {
        activity?.SetTag("gen_ai.usage.input_tokens", used.InputTokens).SetTag("gen_ai.usage.output_tokens", used.OutputTokens);
        s_tokens.Record(used.InputTokens, With(call, "input"));
        s_tokens.Record(used.OutputTokens, With(call, "output"));
        if (!used.PriceUnknown)
            s_cost.Add(used.CostMicros / 1e6, call);

        static TagList With(TagList call, string type)
        {
            call.Add("gen_ai.token.type", type);
            return call;
        }
    }

    private static void Fail(string type, ref TagList tags, Activity? activity)
    {
        tags.Add(ErrorType, type);
        activity?.SetTag(ErrorType, type).SetStatus(ActivityStatusCode.Error);
    }

    private static string TypeOf(Exception error) => error is OperationCanceledException ? "cancelled" : "_OTHER";
}
