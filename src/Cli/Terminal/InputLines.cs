namespace Koda.Cli.Terminal;

/// <summary>
/// Lines that a person types. The console cannot be read with a cancellation, so a reading that nobody waits for any more is kept for
/// the next one who asks: no line is lost, and no two readers share one.
/// </summary>
internal sealed class InputLines(TextReader reader)
{
    private Task<string?>? _reading;

    /// <summary>The next line; null when the input has ended.</summary>
    public async Task<string?> Next(CancellationToken cancellationToken)
    {
        _reading ??= Task.Run(reader.ReadLine, CancellationToken.None);
        var line = await _reading.WaitAsync(cancellationToken);
        _reading = null;
        return line;
    }
}
