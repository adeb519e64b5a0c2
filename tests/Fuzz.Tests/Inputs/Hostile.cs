using System.Globalization;
using System.Text;

namespace Koda.Fuzz.Tests.Inputs;

/// <summary>Values that have broken programs before.</summary>
internal sealed class Hostile(Random random)
{
    private static readonly string[] s_texts =
    [
        "",
        " ",
        "\t",
        "\0",
        "a\0b",
        "\0\0\0",
        "\u0001\u001b[31m",
        "\r\n",
        "a\nb",
        "\u007f",
        "\u0085",
        "\u2028",
        "\uFEFF",
        "\uFFFD",
        "\uFFFF",
        "\u202Eabc",
        "\U0001F600",
        "e\u0301\u0301\u0301",
        "\uD83D\uDE00\u200D\uD83D\uDC69",
        "ﷺ",
        "İı",
        "ß",
        "%00",
        "%2e%2e%2f",
        "%",
        "%zz",
        "../../x",
        "..",
        ".",
        "/",
        "//",
        "~",
        "'",
        "\"",
        "\\",
        "\\u0000",
        "';--",
        "$1",
        "{0}",
        "${x}",
        "{{x}}",
        "*",
        "null",
        "true",
        "undefined",
        "NaN",
        "Infinity",
        "-Infinity",
        "0",
        "-0",
        "-1",
        "00",
        "0x10",
        "1e999",
        "1e-999",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999",
        "1.5",
        "[]",
        "{}",
        "{\"a\":1}",
        "[[",
        "{",
        "\"",
        "a,b",
        "a:b",
        "a@b",
        "<b>",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "tsk_00000000000000000000000000",
        "tsk_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "2026-02-30T00:00:00Z",
        "-4713-01-01T00:00:00Z",
        "http://127.0.0.1:1/",
        "http://[::1]:1/",
        "http://",
        "file:///",
        "http://a\0b/",
        "http://127.0.0.1:99999/",
        "/srv/fuzz",
        "/srv/a\0b",
        "C:\\",
        "core:openai",
        "owner",
        "openai",
        "v1",
        "1",
    ];

    private static readonly string[] s_numbers =
    [
        "0",
        "-0",
        "-1",
        "1",
        "1.5",
        "1e0",
        "1E+2",
        "1e999",
        "-1e999",
        "1e-999",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1.7976931348623157e308",
        "5e-324",
        "0.1",
        "123456789012345678901234567890",
        "00",
        "+1",
        ".5",
        "1.",
        "0x1",
    ];

    public Random Random => random;

    public bool Chance(double probability) => random.NextDouble() < probability;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public string Text() => random.Next(40) switch
    {
        0 => new string(Pick("a\0\u00e9\uFFFF".ToCharArray()), random.Next(1, 5) switch { 1 => 129, 2 => 1025, 3 => 8_193, _ => 70_000 }),
        1 => string.Concat(Enumerable.Range(0, random.Next(1, 400)).Select(_ => char.ConvertFromUtf32(random.Next(0x10000, 0x10FFFF)))),
        2 => new string('a', 255) + "\U0001F600" + new string('b', 300),
        3 => Nested(random.Next(60, 130)),
        4 => string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)random.Next(0, 0xD800))),
        5 => Pick(s_texts) + Pick(s_texts),
        _ => Pick(s_texts),
    };

    public string Number() => Pick(s_numbers);

    public long Integer() => random.Next(8) switch
    {
        0 => long.MaxValue,
        1 => long.MinValue,
        2 => int.MaxValue,
        3 => int.MinValue,
        4 => -1,
        5 => random.NextInt64(),
        _ => random.Next(-5, 300),
    };

    public double Real() => random.Next(8) switch
    {
        0 => double.NaN,
        1 => double.PositiveInfinity,
        2 => double.NegativeInfinity,
        3 => double.MaxValue,
        4 => double.Epsilon,
        5 => -1,
        _ => random.NextDouble() * 10,
    };

    /// <summary>Bytes that are no UTF-8, or text that is.</summary>
    public byte[] Bytes() => random.Next(12) switch
    {
        0 => [0xFF, 0xFE, 0x41],
        1 => [0xC0, 0x80],
        2 => [0xED, 0xA0, 0x80],
        3 => [0xF4, 0x90, 0x80, 0x80],
        4 => [0xE2, 0x82],
        _ => Encoding.UTF8.GetBytes(Text()),
    };

    /// <summary>A piece of JSON of any kind, or one that is broken.</summary>
    public string Json(int depth = 0) =>
        random.Next(14) switch
        {
            0 => "null",
            1 => "true",
            2 or 3 => Number(),
            4 or 5 or 6 => Quoted(Text()),
            7 => "\"\\ud800\"",
            8 => "\"a\\u0000b\\udc00\"",
            9 when depth < 3 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Json(depth + 1)))}]",
            10 when depth < 3 =>
                $"{{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"{Quoted(Chance(0.3) ? "a" : Text())}:{Json(depth + 1)}"))}}}",
            11 => Nested(random.Next(50, 70)),
            12 when depth == 0 => Pick([
                "",
                "{",
                "[1,]",
                "nope",
                "{\"a\":1}x",
                "'a'",
                "{a:1}",
                "\"\u0001\"",
                "\uFEFF{}",
                "/**/{}",
                "{\"a\":1,\"a\":2}",
            ]),
            _ => "{}",
        };

    /// <summary>The text as a JSON string: as it is, or all of it in escapes.</summary>
    public string Quoted(string text)
    {
        var json = new StringBuilder("\"");
        var escapeAll = Chance(0.1);
        foreach (var unit in text)
        {
            if (escapeAll || unit is < ' ' or '"' or '\\')
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            else
                json.Append(unit);
        }
        return json.Append('"').ToString();
    }

    private string Nested(int depth) => Chance(0.5)
        ? new string('[', depth) + new string(']', depth)
        : string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
}
