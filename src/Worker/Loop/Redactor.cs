using System.Text.Json;

namespace Koda.Worker.Loop;

/// <summary>Takes secrets out of everything that leaves an attempt.</summary>
internal sealed class Redactor
{
    private const string Mask = "[redacted]";
    private const int ShortestSecret = 8;

    private readonly string[] _secrets;

    public Redactor(params IEnumerable<string> secrets) =>
        _secrets = [.. secrets.Where(secret => secret.Length >= ShortestSecret).SelectMany(Forms).Distinct()];

    public string Redact(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text;
    }

    // In a payload a secret stands as JSON text.
    private static IEnumerable<string> Forms(string secret) => [secret, JsonEncodedText.Encode(secret).ToString()];
}
