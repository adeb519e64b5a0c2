using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http;

/// <summary>The google.rpc.Status that goes with a failure for a reason.</summary>
internal static class StatusDetails
{
    /// <summary>The name under which Koda's reasons are known.</summary>
    public const string Domain = "koda";

    /// <summary>The trailer, or in a refusal the header, that holds the details.</summary>
    public const string Trailer = Grpc.Core.MetadataExtensions.StatusDetailsTrailerName;

    // Peers refuse trailers of more than 8 KiB, and with them the status itself.
    private const int MaxDetailsSize = 4096;
    private const int MaxMessageLength = 1024;

    /// <summary>The serialized details, or null when the failure has no reason.</summary>
    public static byte[]? Of(CallFailure failure)
    {
        if (failure.Reason == ErrorReason.Unspecified)
            return null;
        var full = Build(failure, withDetails: true).ToByteArray();
        return full.Length <= MaxDetailsSize ? full : Build(failure, withDetails: false).ToByteArray();
    }

    /// <summary>The failure as the exception that ends a call by gRPC.</summary>
    internal static Grpc.Core.RpcException ToException(CallFailure failure)
    {
        var trailers = new Grpc.Core.Metadata();
        foreach (var entry in failure.Trailers ?? [])
            trailers.Add(entry);
        if (Of(failure) is { } details)
            trailers.Add(Trailer, details);
        return new Grpc.Core.RpcException(new Grpc.Core.Status(failure.Status.StatusCode, Shorten(failure.Message)), trailers);
    }

    private static string Shorten(string message) => message.Length <= MaxMessageLength ? message
        : char.IsHighSurrogate(message[MaxMessageLength - 1]) ? message[..(MaxMessageLength - 1)]
        : message[..MaxMessageLength];

    private static Status Build(CallFailure failure, bool withDetails)
    {
        var info = new ErrorInfo { Reason = failure.Description.Name, Domain = Domain, Metadata = { ["code"] = failure.Description.Code } };
        var status = new Status { Code = (int)failure.Status.StatusCode, Message = Shorten(failure.Message) };
        if (withDetails)
        {
            foreach (var (name, value) in failure.Details ?? [])
                info.Metadata[name] = TextOf(value);
        }

        status.Details.Add(Any.Pack(info));
        if (failure.RetryAfter is { } delay)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        if (withDetails && failure.Fields.Count > 0)
            status.Details.Add(Any.Pack(Violations(failure)));
        return status;
    }

    private static string TextOf(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString() ?? "null";

    private static BadRequest Violations(CallFailure failure)
    {
        var request = new BadRequest();
        foreach (var fault in failure.Fields)
            request.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = fault.Field, Description = fault.Problem });
        return request;
    }
}
