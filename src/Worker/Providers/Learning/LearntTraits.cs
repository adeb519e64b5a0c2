using System.Collections.Concurrent;

namespace Koda.Worker.Providers.Learning;

/// <summary>
/// What the endpoints that a worker asks said of their models. It is forgotten after a while: a server may be started anew with another
/// setting.
/// </summary>
internal sealed class LearntTraits(TimeProvider? time = null)
{
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(6);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, (ModelTraits Traits, long Since)> _known = [];

    /// <summary>What is known of a model.</summary>
    /// <param name="origin">The model and its endpoint: see <see cref="ModelMessage.Origin"/>.</param>
    public ModelTraits Of(string origin) =>
        _known.TryGetValue(origin, out var known) && _time.GetElapsedTime(known.Since) < s_kept ? known.Traits : ModelTraits.Unknown;

    /// <summary>Remembers it.</summary>
    public void Set(string origin, ModelTraits traits) => _known[origin] = (traits, _time.GetTimestamp());
}
