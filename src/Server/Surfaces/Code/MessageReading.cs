using System.Diagnostics;
using System.Text;
using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Conversations;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Reads messages, and names every fault of one at once.</summary>
internal static class MessageReading
{
    private const int MaxContentBytes = 1024 * 1024;
    private const int MaxAttachments = 32;
    private static readonly string[] s_variants = ["", "adaptive", "low", "high", "max"];

    /// <exception cref="RpcFault">INVALID_REQUEST.</exception>
    public static NewMessage From(Wire.SendMessageRequest request, ServerCallContext context)
    {
        var faults = Faults(request).ToArray();
        if (faults.Length > 0)
            throw RpcFault.Invalid(faults);
        return new NewMessage
        {
            Content = request.Content,
            Attachments = [.. request.Attachments.Select(file => new MessageAttachment(file.Path, file.MimeType))],
            AgentId = request.AgentId,
            Variant = request.Variant,
            Unattended = request.Unattended,
            Principal = context.GetPrincipal().Id,
            Traceparent = Activity.Current?.Id ?? "",
        };
    }

    /// <summary>What is sent to have the older messages summed up.</summary>
    public static NewMessage Compaction(ServerCallContext context) => new()
    {
        Content = "/compact",
        Compacts = true,
        Principal = context.GetPrincipal().Id,
        Traceparent = Activity.Current?.Id ?? "",
    };

    private static IEnumerable<FieldFault> Faults(Wire.SendMessageRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Content) && request.Attachments.Count == 0)
            yield return new FieldFault("content", "must not be empty without attachments");
        if (Encoding.UTF8.GetByteCount(request.Content) > MaxContentBytes)
            yield return new FieldFault("content", $"must have at most {MaxContentBytes} bytes");
        if (request.Attachments.Count > MaxAttachments)
            yield return new FieldFault("attachments", $"must be at most {MaxAttachments}");
        for (var i = 0; i < request.Attachments.Count; i++)
        {
            if (request.Attachments[i].Path.Length == 0)
                yield return new FieldFault($"attachments[{i}].path", "is required");
        }
        if (!s_variants.Contains(request.Variant))
            yield return new FieldFault("variant", "must be adaptive, low, high or max");
    }
}
