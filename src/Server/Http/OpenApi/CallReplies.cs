using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Server.Http.Feeds;
using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApiExplorer;

namespace Koda.Server.Http.OpenApi;

/// <summary>The good replies to a call, as its policy says: status, media types, and what they hold.</summary>
internal static class CallReplies
{
    public const string Json = "application/json";
    public const string AnyType = "*/*";

    public static IEnumerable<ApiResponseType> Of(RestBinding binding)
    {
        var policy = binding.Method.Policy;
        var status = policy.SuccessStatus == 0 ? StatusCodes.Status200OK : policy.SuccessStatus;
        foreach (var (type, media) in status == StatusCodes.Status204NoContent ? [(typeof(void), Json)] : Content(binding))
            yield return Reply(status, status == StatusCodes.Status204NoContent ? "Done." : "Success.", type, media);
        if (policy.NoContentWhenEmpty)
            yield return Reply(StatusCodes.Status204NoContent, "There is nothing.", typeof(void), Json);
        else if (binding.Method.Type == MethodType.ServerStreaming)
            yield return Reply(
                StatusCodes.Status204NoContent, "The feed is complete and holds nothing after the given event.", typeof(void), Json);
        if (policy.UnavailableUnless.Length == 0)
            yield break;
        foreach (var (type, media) in Content(binding))
            yield return Reply(StatusCodes.Status503ServiceUnavailable, $"`{policy.UnavailableUnless}` is false.", type, media);
    }

    private static IEnumerable<(Type Type, string Media)> Content(RestBinding binding)
    {
        var output = binding.Method.Descriptor.OutputType;
        var whole = binding.ResponseBody.Length == 0 ? output.ClrType : output.FindFieldByName(binding.ResponseBody).JsonType();
        if (binding.Method.Type == MethodType.Unary)
            return [(whole, binding.HasRawReply ? AnyType : Json)];
        var events = binding.Method.Policy.Sse is { DataField.Length: > 0 } sse ? EventTypes(output, sse.DataField) : [whole];
        return events.Select(type => (type, FeedFormat.Sse)).Append((whole, FeedFormat.Ndjson));
    }

    private static IEnumerable<Type> EventTypes(MessageDescriptor type, string name) =>
        type.Oneofs.SingleOrDefault(oneof => oneof.Name == name) is { } oneof
            ? oneof.Fields.Select(field => field.JsonType())
            : [type.FindFieldByName(name).JsonType()];

    private static ApiResponseType Reply(int status, string description, Type type, string media) => new()
    {
        StatusCode = status,
        Description = description,
        Type = type,
        ApiResponseFormats = [new ApiResponseFormat { MediaType = media }],
    };
}
