using System.Text.Json.Nodes;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine;

namespace Koda.Server.Hosting;

/// <summary>Turns the engine's refusals into faults, which every face and dialect knows how to write.</summary>
internal sealed class EngineErrorMapper : IErrorMapper
{
    public RpcFault? Map(Exception exception) =>
        exception is not EngineException engine ? null
        : engine.Reason
            is ErrorReason.InvalidRequest
                or ErrorReason.AgentInvalid
                or ErrorReason.AgentPublishBlocked
                or ErrorReason.PasswordPolicy
            ? new RpcFault(engine.Reason, engine.Message, engine)
            {
                Fields = [.. engine.Details.Select(detail => new FieldFault(detail.Key, detail.Value))],
                RetryAfter = engine.RetryAfter,
            }
            : new RpcFault(engine.Reason, engine.Message, engine)
            {
                Details = Details(engine.Details),
                RetryAfter = engine.RetryAfter,
            };

    private static JsonObject? Details(IReadOnlyDictionary<string, string> details) =>
        details.Count == 0 ? null : new JsonObject(details.Select(detail => KeyValuePair.Create(detail.Key, (JsonNode?)detail.Value)));
}
