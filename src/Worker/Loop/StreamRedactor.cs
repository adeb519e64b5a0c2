namespace Koda.Worker.Loop;

/// <summary>
/// Takes secrets out of text that comes in pieces: what may be the beginning of one waits for the next piece of its channel.
/// </summary>
/// <param name="redactor">Knows the secrets.</param>
/// <param name="emit">Takes the channel and the text.</param>
internal sealed class StreamRedactor(Redactor redactor, Action<string, string> emit)
{
    private readonly Dictionary<string, string> _waiting = [];

    public void Add(string channel, string text)
    {
        var joined = redactor.Redact(_waiting.GetValueOrDefault(channel, "") + text);
        var unfinished = redactor.Unfinished(joined);
        _waiting[channel] = joined[^unfinished..];
        Emit(channel, joined[..^unfinished]);
    }

    /// <summary>Nothing more comes, so that what waits is no secret.</summary>
    public void End()
    {
        foreach (var (channel, text) in _waiting)
            Emit(channel, text);
        _waiting.Clear();
    }

    private void Emit(string channel, string text)
    {
        if (text.Length > 0)
            emit(channel, text);
    }
}
