using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine;

namespace Koda.Server.Surfaces.Input;

/// <summary>What a value of one kind must be so that the server can work with it and keep it.</summary>
internal abstract class ValueRule
{
    public abstract bool IsKept(object value);

    /// <summary>Adds what is wrong with the value.</summary>
    public abstract void Report(object value, string path, ICollection<InputFault> faults);

    /// <summary>The value, free text in it made storable.</summary>
    public virtual object Mend(object value) => value;
}

/// <summary>A rule that says of a value as a whole what is wrong with it.</summary>
internal abstract class SimpleRule<T> : ValueRule
{
    public override bool IsKept(object value) => Problem((T)value) is null;

    public override void Report(object value, string path, ICollection<InputFault> faults)
    {
        if (Problem((T)value) is { } problem)
            faults.Add(new InputFault(path, problem));
    }

    protected abstract string? Problem(T value);
}

/// <summary>Text that can be stored.</summary>
internal sealed class TextRule(bool isFree) : SimpleRule<string>
{
    public override object Mend(object value) => isFree ? StorableText.Of((string)value) : value;

    protected override string? Problem(string value) =>
        StorableText.Is(value) ? null : "must be text without U+0000 and without half of a surrogate pair";
}

/// <summary>A text field that holds JSON. Empty: it is not set.</summary>
internal sealed class JsonRule(bool isFree) : SimpleRule<string>
{
    public override object Mend(object value) => isFree ? StorableJson.Mended((string)value) : value;

    protected override string? Problem(string value) => value.Length == 0 ? null : StorableJson.Problem(value, isFree);
}

/// <summary>Bytes that hold JSON in UTF-8. Empty: they are not set.</summary>
internal sealed class JsonBytesRule : SimpleRule<ByteString>
{
    protected override string? Problem(ByteString value) => ProblemOf(value);

    public static string? ProblemOf(ByteString value) =>
        value.IsEmpty ? null
        : System.Text.Unicode.Utf8.IsValid(value.Span) ? StorableJson.Problem(value.ToStringUtf8())
        : "must be UTF-8";
}

/// <summary>A body that is JSON.</summary>
internal sealed class JsonBodyRule : SimpleRule<Google.Api.HttpBody>
{
    protected override string? Problem(Google.Api.HttpBody value) => JsonBytesRule.ProblemOf(value.Data);
}

/// <summary>A floating-point number: neither infinite nor none at all.</summary>
internal sealed class FiniteRule<T> : SimpleRule<T> where T : struct, System.Numerics.IFloatingPointIeee754<T>
{
    protected override string? Problem(T value) => T.IsFinite(value) ? null : "must be a finite number";
}

/// <summary>A value that the contract names.</summary>
internal sealed class EnumRule(EnumDescriptor type) : SimpleRule<object>
{
    private readonly HashSet<int> _numbers = [.. type.Values.Select(value => value.Number)];

    protected override string? Problem(object value) => _numbers.Contains((int)value) ? null : $"must be a value of {type.Name}";
}

/// <summary>
/// A time of the years 1 to 9999, as the contract of <c>google.protobuf.Timestamp</c> has it; PostgreSQL and .NET take all of them.
/// </summary>
internal sealed class TimestampRule : SimpleRule<Timestamp>
{
    private static readonly long s_first = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long s_last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    protected override string? Problem(Timestamp value) =>
        value.Seconds >= s_first && value.Seconds <= s_last && value.Nanos is >= 0 and <= 999_999_999
            ? null
            : "must be a time of the years 0001 to 9999";
}

/// <summary>A length of time of at most 10,000 years, as the contract of <c>google.protobuf.Duration</c> has it.</summary>
internal sealed class DurationRule : SimpleRule<Duration>
{
    private const long MostSeconds = 315_576_000_000;

    protected override string? Problem(Duration value) =>
        Math.Abs(decimal.CreateChecked(value.Seconds)) <= MostSeconds && value.Nanos is > -1_000_000_000 and < 1_000_000_000
            && Math.Sign(value.Seconds) * Math.Sign(value.Nanos) >= 0
            ? null
            : "must be at most 10,000 years";
}

/// <summary>A message within a message. Its plan is made when it is first met, for messages may hold themselves.</summary>
internal sealed class MessageRule(MessageDescriptor type, bool isFree) : ValueRule
{
    private MessagePlan? _plan;

    private MessagePlan Plan => _plan ??= MessagePlan.Of(type, isFree);

    public override bool IsKept(object value) => Plan.IsKept((IMessage)value);

    public override void Report(object value, string path, ICollection<InputFault> faults) =>
        Plan.Report((IMessage)value, path + ".", faults);

    public override object Mend(object value)
    {
        Plan.Mend((IMessage)value);
        return value;
    }
}
