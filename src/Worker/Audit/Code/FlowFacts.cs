using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Audit.Code;

/// <summary>
/// What is known of a language's names: which of them give input, numbers or settings, and which put text together. It is data: see
/// <c>flow.yaml</c>.
/// </summary>
internal sealed class FlowFacts
{
    private static readonly Regex s_place = new(
        @"%%|\{\{|\}\}|%[-+ #0]*\d*(?:\.\d+)?(?:\[\d+\])?(?:(?<figure>[dfxXeEgGi])|[svqr]|\((?<name>\w+)\)[sdrf])|\{(?<number>\d*)(?:[,:!][^{}]*)?\}|\{[A-Za-z_][\w.\[\]]*(?:[:!][^{}]*)?\}",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>Names that give what a stranger sends.</summary>
    public required Matcher Input { get; init; }

    /// <summary>Calls and members that give a number, a truth value or an identifier.</summary>
    public required Matcher Plain { get; init; }

    /// <summary>Names that give what whoever runs the program sets.</summary>
    public required Matcher Environment { get; init; }

    /// <summary>Calls that give their argument or receiver in another form.</summary>
    public required Matcher Keeps { get; init; }

    /// <summary>Calls that fill a format; the group <c>second</c> where it is not their first argument.</summary>
    public required Matcher Format { get; init; }

    /// <summary>What stands before a function, or in a parameter, that strangers call.</summary>
    public required Matcher Handler { get; init; }

    /// <summary>What a file holds that reads what strangers send.</summary>
    public required Matcher Serves { get; init; }

    /// <summary>What a file holds that asks another program over the network.</summary>
    public required Matcher Asks { get; init; }

    /// <summary>Declarations of parameters that hold no text, or what the program itself hands over.</summary>
    public required Matcher PlainType { get; init; }

    public bool IsInput(string name) => Input.IsMatch(name);

    public bool IsPlain(string name) => Plain.IsMatch(name);

    public bool IsEnvironment(string name) => Environment.IsMatch(name);

    public bool IsKept(string name) => Keeps.IsMatch(name);

    /// <summary>Which argument of a call is its format. -1: none.</summary>
    public int FormatAt(string name) => Format.Match(name) is { Success: true } match ? match.Groups["second"].Success ? 1 : 0 : -1;

    /// <summary>What is known of a parameter.</summary>
    public Value Of(Function function, Parameter parameter)
    {
        if (PlainType.IsMatch(parameter.Declaration))
            return Value.Plain;
        return new Value(Handler.IsMatch(function.Before) || Handler.IsMatch(parameter.Declaration) ? Origin.Input : Origin.Parameter)
        {
            Takers = function.Called,
        };
    }

    /// <summary>What is known of a part of a value.</summary>
    public Value Taken(string member, Value whole, string name) =>
        member.Length > 0 && IsInput($"{name}.{member}")
            ? new Value(Origin.Input) { Inputs = $"{name}.{member}", Gaps = $"{name}.{member}" }
        : member.Length > 0 && IsEnvironment($"{name}.{member}") ? new Value(Origin.Environment)
        : whole with { Text = null, IsStructure = false, IsFunction = false };

    /// <summary>
    /// A format with its places filled: <c>%s</c> and, if <paramref name="braces"/> mean one, <c>{}</c>, <c>{0}</c>, <c>{name}</c>.
    /// </summary>
    public static Value Fill(Value format, IReadOnlyList<Value> arguments, bool braces)
    {
        if (format.Text is not { } text)
            return arguments.Aggregate(format, (one, two) => one.Or(two));
        var filled = new StringBuilder();
        var next = 0;
        var last = 0;
        foreach (Match place in s_place.Matches(text))
        {
            if (!braces && place.ValueSpan[0] is '{' or '}')
                continue;
            filled.Append(text, last, place.Index - last);
            last = place.Index + place.Length;
            if (place.Value is "%%" or "{{" or "}}")
            {
                filled.Append(place.ValueSpan[0]);
                continue;
            }
            var number = int.TryParse(place.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                ? given
                : next;
            next++;
            var argument = number < arguments.Count ? arguments[number] : Value.Unknown;
            if (place.Groups["figure"].Success)
                argument = Value.Plain;
            filled.Append(argument.Text ?? (argument.Origin <= Origin.Plain ? "0" : Value.Gap.ToString()));
        }
        filled.Append(text, last, text.Length - last);
        var lead = arguments.FirstOrDefault(argument => argument.Origin > Origin.Plain);
        return arguments.Aggregate(format, (one, two) => one.Or(two)) with
        {
            Text = filled.ToString(),
            IsStructure = false,
            Lead = format.Origin > Origin.Plain ? format.Lead : lead.Lead,
        };
    }
}
