using System.Net.WebSockets;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Json;

namespace Koda.Server.Http.Feeds;

/// <summary>Messages as the frames of a WebSocket.</summary>
internal sealed class SocketFrames(MessageDescriptor requestType, WebSocketMessageType replies)
{
    /// <summary>The kind of frame in which replies are sent.</summary>
    public WebSocketMessageType ReplyKind => replies;

    public byte[] Write(IMessage reply) =>
        replies == WebSocketMessageType.Binary ? reply.ToByteArray() : MessageJson.Write(reply).ToArray();

    /// <exception cref="RpcFault">MALFORMED_BODY or INVALID_REQUEST.</exception>
    public IMessage Read(WebSocketMessageType kind, ReadOnlyMemory<byte> frame)
    {
        if (kind == WebSocketMessageType.Text)
        {
            var faults = new List<FieldFault>();
            var request = MessageJson.Read(requestType, frame, faults);
            return faults.Count == 0 ? request : throw RpcFault.Invalid(faults);
        }
        try
        {
            return requestType.Parser.ParseFrom(frame.Span);
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw new RpcFault(ErrorReason.MalformedBody, "The message is not valid: " + fault.Message, fault);
        }
    }
}
