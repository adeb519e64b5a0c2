using System.Text.Encodings.Web;
using System.Text.Json;

namespace Koda.Server.Engine.Secrets;

/// <summary>How a secret may stand in a text: as it is, within JSON, and, when it has many lines, line by line.</summary>
internal static class SecretForms
{
    // A short line, or one of words, stands in texts that have nothing to do with the secret.
    private const int ShortestLine = 24;

    /// <summary>The longest first, so that no form leaves a part of a longer one.</summary>
    public static IEnumerable<string> Of(string secret) => Lines(secret).Prepend(secret)
        .SelectMany(text => new[]
        {
            text,
            JsonEncodedText.Encode(text).ToString(),
            JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        })
        .Distinct(StringComparer.Ordinal)
        .OrderByDescending(form => form.Length);

    private static IEnumerable<string> Lines(string secret) =>
        secret.Contains('\n', StringComparison.Ordinal)
            ? secret
                .Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
                .Where(line => line.Length >= ShortestLine && !line.Contains(' ', StringComparison.Ordinal))
            : [];
}
