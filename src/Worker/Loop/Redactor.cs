using System.Text.Encodings.Web;
using System.Text.Json;

namespace Koda.Worker.Loop;

/// <summary>Takes secrets out of everything that leaves an attempt.</summary>
internal sealed class Redactor
{
    private const string Mask = "[redacted]";
    private const int ShortestSecret = 8;
    private const int ShortestLine = 24;

    private volatile string[] _secrets;

    public Redactor(params IEnumerable<string> secrets) => _secrets = Ordered(secrets.SelectMany(FormsOf));

    /// <summary>Takes out another secret from now on.</summary>
    public void Learn(string secret) => _secrets = Ordered(_secrets.Concat(FormsOf(secret)));

    public string Redact(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text;
    }

    /// <summary>How many of the last characters could be the beginning of a secret, whose rest is still to come.</summary>
    public int Unfinished(string text)
    {
        var longest = 0;
        foreach (var secret in _secrets)
        {
            for (var length = Math.Min(secret.Length - 1, text.Length); length > longest; length--)
            {
                if (text.EndsWith(secret[..length], StringComparison.Ordinal))
                    longest = length;
            }
        }
        return longest;
    }

    private static string[] Ordered(IEnumerable<string> forms) => [.. forms.Distinct().OrderByDescending(form => form.Length)];

    private static IEnumerable<string> FormsOf(string secret) => secret.Length >= ShortestSecret ? Forms(secret) : [];

    // In a payload a secret stands as JSON text.
    private static IEnumerable<string> Forms(string secret) => Lines(secret).Prepend(secret).SelectMany(text => new[]
    {
        text, JsonEncodedText.Encode(text).ToString(), JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
    });

    // Of a key in many lines a program may print one. Short lines and words stand in other texts too.
    private static IEnumerable<string> Lines(string secret) =>
        secret.Contains('\n', StringComparison.Ordinal)
            ? secret
                .Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
                .Where(line => line.Length >= ShortestLine && !line.Contains(' ', StringComparison.Ordinal))
            : [];
}
