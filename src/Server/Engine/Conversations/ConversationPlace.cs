using System.Globalization;
using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Conversations;

/// <summary>A place in the list of conversations, which has the last used first.</summary>
internal sealed record ConversationPlace(DateTimeOffset UpdatedAt, Guid Id)
{
    // PostgreSQL has no time beyond the year 294276, and .NET none beyond 9999.
    private static readonly ConversationPlace s_beginning = new(DateTimeOffset.MaxValue.AddDays(-1), Guid.AllBitsSet);

    /// <summary>The place that a cursor holds; the beginning without one.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR.</exception>
    public static ConversationPlace Of(string? position)
    {
        if (position is null)
            return s_beginning;
        return position.Split('.') is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTime.MaxValue.Ticks
            && Guid.TryParseExact(id, "N", out var conversation)
                ? new ConversationPlace(new DateTimeOffset(at, TimeSpan.Zero), conversation)
                : throw new EngineException(ErrorReason.InvalidCursor, "The cursor is not one of this list.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{UpdatedAt.UtcTicks}.{Id:N}");
}
