using Koda.Server.Engine.Events;

namespace Koda.Server.Engine.Secrets;

/// <summary>The secret values that this server has sealed or opened; the log must not hold them, wherever they come from.</summary>
internal sealed class KnownSecrets : IRedactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "«redacted»";

    // Shorter values are too common in ordinary text for their removal to be right.
    public const int ShortestSecret = 8;

    private readonly Lock _writing = new();
    private volatile string[] _values = [];

    public void Learn(string secret)
    {
        if (secret.Length < ShortestSecret)
            return;
        lock (_writing)
        {
            if (!_values.Contains(secret, StringComparer.Ordinal))
                _values = [.. _values.Union(SecretForms.Of(secret), StringComparer.Ordinal)];
        }
    }

    public string Redact(string text)
    {
        foreach (var value in _values)
            text = text.Replace(value, Mark, StringComparison.Ordinal);
        return text;
    }
}
