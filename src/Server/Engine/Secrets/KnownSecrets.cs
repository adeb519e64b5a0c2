using Koda.Server.Engine.Events;

namespace Koda.Server.Engine.Secrets;

/// <summary>
/// The secret values that this server has sealed or opened; the log must not hold them, wherever they come from. Those that were replaced
/// or removed since are known on, the newest of them: what still runs may print them.
/// </summary>
internal sealed class KnownSecrets : IRedactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "«redacted»";

    // Shorter values are too common in ordinary text for their removal to be right.
    public const int ShortestSecret = 8;

    /// <summary>How many values are known that are not among the stored ones.</summary>
    public const int MostPassing = 1000;

    private readonly Lock _writing = new();

    // By when they were learned, the newest last.
    private readonly OrderedDictionary<string, string[]> _passing = new(StringComparer.Ordinal);
    private Dictionary<string, string[]> _stored = new(StringComparer.Ordinal);
    private volatile string[] _values = [];

    /// <summary>Takes a value that comes in or is opened.</summary>
    public void Learn(string secret)
    {
        if (secret.Length < ShortestSecret)
            return;
        lock (_writing)
        {
            if (Keep(secret))
                Publish();
        }
    }

    /// <summary>Takes all values that are stored now, in place of those that were before.</summary>
    public void LearnStored(IEnumerable<string> secrets)
    {
        lock (_writing)
        {
            var stored = secrets
                .Where(secret => secret.Length >= ShortestSecret)
                .Distinct(StringComparer.Ordinal)
                .ToDictionary(secret => secret, FormsOf, StringComparer.Ordinal);
            foreach (var gone in _stored.Keys.Where(secret => !stored.ContainsKey(secret)))
                Keep(gone);
            _stored = stored;
            Publish();
        }
    }

    public string Redact(string text)
    {
        foreach (var value in _values)
            text = text.Replace(value, Mark, StringComparison.Ordinal);
        return text;
    }

    /// <summary>Makes a value the newest of the passing ones.</summary>
    /// <returns>Whether it was none of them.</returns>
    private bool Keep(string secret)
    {
        var isNew = !_passing.Remove(secret, out var forms);
        _passing.Add(secret, forms ?? FormsOf(secret));
        if (_passing.Count > MostPassing)
            _passing.RemoveAt(0);
        return isNew;
    }

    private string[] FormsOf(string secret) => _stored.GetValueOrDefault(secret) ?? [.. SecretForms.Of(secret)];

    private void Publish() =>
        _values = [
            .. _stored
                .Values.Concat(_passing.Where(passing => !_stored.ContainsKey(passing.Key)).Select(passing => passing.Value))
                .SelectMany(forms => forms),
        ];
}
