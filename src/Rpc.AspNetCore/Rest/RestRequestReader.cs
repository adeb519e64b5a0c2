using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using HttpBody = Google.Api.HttpBody;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>Makes the request message of a call from body, path and query, and reports every fault of all three at once.</summary>
internal sealed class RestRequestReader(JsonCodec codec, IOptions<RestOptions> options)
{
    /// <exception cref="RpcFault">MALFORMED_BODY, INVALID_REQUEST, UNSUPPORTED_MEDIA_TYPE or PAYLOAD_TOO_LARGE.</exception>
    public async ValueTask<IMessage> ReadAsync(
        HttpRequest http, RestBinding binding, IReadOnlyList<string> path, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        var (request, json) = binding.Body.Length > 0 && !RequestBody.IsEmpty(http)
            ? await ReadBodyAsync(http, binding, faults, cancellationToken)
            : (Empty(binding.Method.Descriptor.InputType), null);

        var binder = new RequestBinder(codec, request, faults);
        binder.BindPath(binding.Template, path);
        if (binding.Body != RestBinding.WholeBody) binder.BindQuery(http.Query, binding.Body);
        if (json is not null && faults.Count == 0) BodyMask.Fill(codec, request, binding.Body, json);
        return faults.Count == 0 ? request : throw RpcFault.Invalid(faults);
    }

    /// <summary>The request, and the JSON of its body where that is one field.</summary>
    private async ValueTask<(IMessage Request, byte[]? Json)> ReadBodyAsync(
        HttpRequest http, RestBinding binding, List<FieldFault> faults, CancellationToken cancellationToken)
    {
        var type = binding.Method.Descriptor.InputType;
        var field = binding.Body == RestBinding.WholeBody ? null : type.FindFieldByName(binding.Body);
        var isRaw = (field is null ? type : field.FieldType == FieldType.Message ? field.MessageType : null) == HttpBody.Descriptor;
        if (!isRaw) RequestBody.RequireJson(http);

        var bytes = await RequestBody.ReadAsync(http, options.Value.MaxBodySize, cancellationToken);
        if (isRaw)
        {
            var content = new HttpBody { ContentType = http.ContentType ?? "", Data = UnsafeByteOperations.UnsafeWrap(bytes) };
            return (WithRawBody(type, field, content), null);
        }

        if (bytes.Length == 0) return (Empty(type), null);
        try
        {
            if (field is null) return (codec.Read(type, bytes, faults), null);
            var request = Empty(type);
            codec.ReadField(request, field.Name, bytes, faults);
            return (request, bytes);
        }
        catch (MalformedJsonException fault)
        {
            throw new RpcFault(ErrorReason.MalformedBody, "The body is not valid JSON: " + fault.Message, fault);
        }
    }

    private static IMessage WithRawBody(MessageDescriptor type, FieldDescriptor? field, HttpBody body)
    {
        if (field is null) return body;
        var request = Empty(type);
        field.Accessor.SetValue(request, body);
        return request;
    }

    private static IMessage Empty(MessageDescriptor type) => type.Parser.ParseFrom(ByteString.Empty);
}
