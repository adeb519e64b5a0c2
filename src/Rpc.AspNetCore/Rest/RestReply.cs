using Google.Protobuf;
using Koda.Rpc.AspNetCore.Json;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using HttpBody = Google.Api.HttpBody;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>Writes the reply of a unary call.</summary>
internal sealed class RestReply(JsonCodec codec)
{
    public const string Json = "application/json";

    public async ValueTask WriteAsync(RestCallContext call, RestBinding binding, IMessage reply)
    {
        call.CopyTrailersToHeaders();
        var response = call.HttpContext.Response;
        response.StatusCode = Status(binding, reply);
        if (response.StatusCode == StatusCodes.Status204NoContent) return;

        var content = binding.ResponseBody.Length == 0
            ? reply
            : reply.Descriptor.FindFieldByName(binding.ResponseBody).Accessor.GetValue(reply) as IMessage;
        if (content is HttpBody body)
        {
            var contentType = body.ContentType.Length > 0 ? body.ContentType : "application/octet-stream";
            await SendAsync(response, contentType, body.Data.Memory, call.CancellationToken);
            return;
        }

        using var buffer = new PooledBufferWriter();
        if (binding.ResponseBody.Length == 0) codec.Write(buffer, reply);
        else codec.WriteField(buffer, reply, binding.ResponseBody);
        await SendAsync(response, Json, buffer.WrittenMemory, call.CancellationToken);
    }

    public static async ValueTask SendAsync(
        HttpResponse response, string contentType, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        await response.BodyWriter.WriteAsync(body, cancellationToken);
    }

    private static int Status(RestBinding binding, IMessage reply)
    {
        var policy = binding.Method.Policy;
        if (policy.NoContentWhenEmpty && reply.CalculateSize() == 0) return StatusCodes.Status204NoContent;
        if (policy.UnavailableUnless.Length > 0 && reply.Descriptor.FindFieldByName(policy.UnavailableUnless).Accessor.GetValue(reply) is false)
        {
            return StatusCodes.Status503ServiceUnavailable;
        }

        return policy.SuccessStatus == 0 ? StatusCodes.Status200OK : policy.SuccessStatus;
    }
}
