using System.Globalization;

namespace Koda.Server.Engine.Conversations;

/// <summary>Ids of messages: the conversation and the event that recorded the message.</summary>
internal static class MessageIds
{
    public static string Of(Guid conversationId, long seq) => string.Create(CultureInfo.InvariantCulture, $"msg_{conversationId:N}_{seq}");

    /// <summary>The event that an id of this conversation names. Null: it names none.</summary>
    public static long? SeqIn(Guid conversationId, string id) =>
        id.Split('_') is ["msg", var conversation, var seq]
        && Guid.TryParseExact(conversation, "N", out var named) && named == conversationId
        && long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
