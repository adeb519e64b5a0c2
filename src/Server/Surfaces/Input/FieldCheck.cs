using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Koda.Server.Surfaces.Input;

/// <summary>Looks at one field of a message.</summary>
internal abstract class FieldCheck(FieldDescriptor field)
{
    protected string Name { get; } = field.Name;

    protected IFieldAccessor Accessor { get; } = field.Accessor;

    public abstract bool IsKept(IMessage message);

    public abstract void Report(IMessage message, string prefix, ICollection<InputFault> faults);

    public abstract void Mend(IMessage message);
}

/// <summary>A field with one value, or none.</summary>
internal sealed class SingularCheck(FieldDescriptor field, ValueRule rule) : FieldCheck(field)
{
    public override bool IsKept(IMessage message) => Accessor.GetValue(message) is not { } value || rule.IsKept(value);

    public override void Report(IMessage message, string prefix, ICollection<InputFault> faults)
    {
        if (Accessor.GetValue(message) is { } value)
            rule.Report(value, prefix + Name, faults);
    }

    public override void Mend(IMessage message)
    {
        if (Accessor.GetValue(message) is { } value && rule.Mend(value) is var mended && !ReferenceEquals(mended, value))
            Accessor.SetValue(message, mended);
    }
}

/// <summary>A list.</summary>
internal sealed class RepeatedCheck(FieldDescriptor field, ValueRule rule) : FieldCheck(field)
{
    public override bool IsKept(IMessage message)
    {
        var list = List(message);
        for (var i = 0; i < list.Count; i++)
        {
            if (!rule.IsKept(list[i]!))
                return false;
        }
        return true;
    }

    public override void Report(IMessage message, string prefix, ICollection<InputFault> faults)
    {
        var list = List(message);
        for (var i = 0; i < list.Count; i++)
            rule.Report(list[i]!, string.Create(CultureInfo.InvariantCulture, $"{prefix}{Name}[{i}]"), faults);
    }

    public override void Mend(IMessage message)
    {
        var list = List(message);
        for (var i = 0; i < list.Count; i++)
        {
            if (rule.Mend(list[i]!) is var mended && !ReferenceEquals(mended, list[i]))
                list[i] = mended;
        }
    }

    private IList List(IMessage message) => (IList)Accessor.GetValue(message);
}

/// <summary>A map. Its keys are never free text: a program looks values up by them.</summary>
internal sealed class MapCheck(FieldDescriptor field, ValueRule? keys, ValueRule? values) : FieldCheck(field)
{
    public override bool IsKept(IMessage message)
    {
        foreach (DictionaryEntry entry in Map(message))
        {
            if (keys?.IsKept(entry.Key) == false || values?.IsKept(entry.Value!) == false)
                return false;
        }
        return true;
    }

    public override void Report(IMessage message, string prefix, ICollection<InputFault> faults)
    {
        foreach (DictionaryEntry entry in Map(message))
        {
            var path = string.Create(
                CultureInfo.InvariantCulture,
                $"{prefix}{Name}.{(entry.Key is string key ? Koda.Server.Engine.StorableText.Of(key) : entry.Key)}");
            keys?.Report(entry.Key, path, faults);
            values?.Report(entry.Value!, path, faults);
        }
    }

    public override void Mend(IMessage message)
    {
        var map = Map(message);
        var changed = new List<DictionaryEntry>();
        foreach (DictionaryEntry entry in map)
        {
            if (values?.Mend(entry.Value!) is { } mended && !ReferenceEquals(mended, entry.Value))
                changed.Add(new DictionaryEntry(entry.Key, mended));
        }
        foreach (var entry in changed)
            map[entry.Key] = entry.Value;
    }

    private IDictionary Map(IMessage message) => (IDictionary)Accessor.GetValue(message);
}
