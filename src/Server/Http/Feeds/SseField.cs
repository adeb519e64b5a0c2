using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Server.Http.Json;

namespace Koda.Server.Http.Feeds;

/// <summary>A reply field whose value stands in a line of its own: the event's name or id.</summary>
internal sealed class SseField
{
    private readonly FieldDescriptor _field;
    private readonly Dictionary<int, string> _spellings = [];

    private SseField(FieldDescriptor field)
    {
        _field = field;
        if (field.FieldType != FieldType.Enum)
            return;
        foreach (var value in field.EnumType.Values)
            _spellings.TryAdd(value.Number, EnumNames.Json(value));
    }

    /// <exception cref="InvalidOperationException">The reply has no such field, or its value is not one line.</exception>
    public static SseField? Of(MessageDescriptor type, string name)
    {
        if (name.Length == 0)
            return null;
        var field = type.FindFieldByName(name)
            ?? throw new InvalidOperationException($"{type.FullName} has no field {name}, which an SSE policy names.");
        return field.IsRepeated || field.FieldType is FieldType.Message or FieldType.Bytes
            ? throw new InvalidOperationException($"{field.FullName} cannot be a line of a server-sent event.")
            : new SseField(field);
    }

    /// <summary>The value, or null when it is the default one: an event without an id leaves the client's last one as it is.</summary>
    public string? Text(IMessage message) => _field.Accessor.GetValue(message) switch
    {
        "" or 0 or 0L or 0U or 0UL => null,
        string text => text.ReplaceLineEndings(" "),
        Enum value => Spelling(Convert.ToInt32(value, CultureInfo.InvariantCulture)),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private string? Spelling(int number) =>
        number == 0 ? null : _spellings.TryGetValue(number, out var spelling) ? spelling : number.ToString(CultureInfo.InvariantCulture);
}
