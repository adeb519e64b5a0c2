using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.Server.Surfaces.Input;

/// <summary>
/// What is looked at in messages of one type: read from the contract once, so that a call costs a look at the fields that can be wrong and
/// nothing else.
/// </summary>
internal sealed class MessagePlan
{
    private static readonly ConcurrentDictionary<(MessageDescriptor Type, bool IsFree), MessagePlan> s_plans = new();

    private readonly FieldCheck[] _checks;

    private MessagePlan(MessageDescriptor type, bool isFree) =>
        _checks = [.. type.Fields.InFieldNumberOrder().Select(field => Check(field, isFree)).OfType<FieldCheck>()];

    /// <param name="type">The messages' type.</param>
    /// <param name="isFree">All text in them is free text, whatever the type says.</param>
    public static MessagePlan Of(MessageDescriptor type, bool isFree = false) =>
        s_plans.GetOrAdd((type, isFree || IsFreeText(type)), key => new MessagePlan(key.Type, key.IsFree));

    /// <summary>Whether nothing is wrong with the message, and nothing in it is to be mended.</summary>
    public bool IsKept(IMessage message)
    {
        foreach (var check in _checks)
        {
            if (!check.IsKept(message))
                return false;
        }
        return true;
    }

    /// <summary>Makes the free text in the message storable.</summary>
    public void Mend(IMessage message)
    {
        foreach (var check in _checks)
            check.Mend(message);
    }

    /// <summary>Adds all that is wrong with the message.</summary>
    public void Report(IMessage message, string prefix, ICollection<InputFault> faults)
    {
        foreach (var check in _checks)
            check.Report(message, prefix, faults);
    }

    private static FieldCheck? Check(FieldDescriptor field, bool isFree)
    {
        if (field.IsMap)
        {
            var entry = field.MessageType.Fields.InFieldNumberOrder();
            var (keys, values) = (Rule(entry[0], entry[0], isFree: false), Rule(entry[1], field, isFree));
            return keys is null && values is null ? null : new MapCheck(field, keys, values);
        }

        return Rule(field, field, isFree) is not { } rule ? null
            : field.IsRepeated ? new RepeatedCheck(field, rule)
            : new SingularCheck(field, rule);
    }

    /// <param name="field">Says what the value is.</param>
    /// <param name="declared">Carries the options: the map's field, when <paramref name="field"/> is that of its hidden entry.</param>
    /// <param name="isFree">All text of the message is free text.</param>
    private static ValueRule? Rule(FieldDescriptor field, FieldDescriptor declared, bool isFree)
    {
        var policy = declared.GetOptions()?.GetExtension(PolicyExtensions.Field) ?? new FieldPolicy();
        isFree |= policy.FreeText;
        return field.FieldType switch
        {
            FieldType.String => policy.RawJson ? new JsonRule(isFree) : new TextRule(isFree),
            FieldType.Bytes when policy.RawJson => new JsonBytesRule(),
            FieldType.Message when policy.RawJson => new JsonBodyRule(),
            FieldType.Double => new FiniteRule<double>(),
            FieldType.Float => new FiniteRule<float>(),
            FieldType.Enum => new EnumRule(field.EnumType),
            FieldType.Message => Message(field.MessageType, isFree),
            _ => null,
        };
    }

    private static ValueRule? Message(MessageDescriptor type, bool isFree) =>
        type.FullName switch
        {
            "google.protobuf.Timestamp" => new TimestampRule(),
            "google.protobuf.Duration" => new DurationRule(),
            // A wrapper's field has the value itself in C#, or null.
            _ when type.File.Name == "google/protobuf/wrappers.proto" => Rule(
                type.Fields.InFieldNumberOrder()[0],
                type.Fields.InFieldNumberOrder()[0],
                isFree),
            _ => CanBeWrong(type, []) ? new MessageRule(type, isFree) : null,
        };

    private static bool CanBeWrong(MessageDescriptor type, HashSet<MessageDescriptor> seen) =>
        seen.Add(type)
        && type.Fields.InFieldNumberOrder()
            .Any(field =>
                field.FieldType is FieldType.String or FieldType.Bytes or FieldType.Double or FieldType.Float or FieldType.Enum
                || (
                    field.FieldType == FieldType.Message
                    && (field.MessageType.File.Package == "google.protobuf" || CanBeWrong(field.MessageType, seen))));

    private static bool IsFreeText(MessageDescriptor type) => type.GetOptions()?.GetExtension(PolicyExtensions.Message)?.FreeText == true;
}
