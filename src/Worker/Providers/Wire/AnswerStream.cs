namespace Koda.Worker.Providers.Wire;

/// <summary>A response body that cannot keep its reader waiting for ever, nor fill its memory with one line.</summary>
internal sealed class AnswerStream(Stream inner, TimeSpan idleLimit) : ForwardStream
{
    /// <summary>The longest line, in bytes.</summary>
    public const int LongestLine = 16 * 1024 * 1024;

    private int _lineLength;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(idleLimit);
        try
        {
            var count = await inner.ReadAsync(buffer, idle.Token);
            Measure(buffer.Span[..count]);
            return count;
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(
                ProviderErrorCode.Timeout,
                $"The provider sent nothing for {idleLimit.TotalSeconds:0.#} s.",
                retryable: true,
                innerException: error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            throw ProviderFailure.Cut(error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Measure(ReadOnlySpan<byte> bytes)
    {
        var lastBreak = bytes.LastIndexOf((byte)'\n');
        _lineLength = lastBreak < 0 ? _lineLength + bytes.Length : bytes.Length - lastBreak - 1;
        if (_lineLength > LongestLine)
            throw ProviderFailure.Malformed($"a line of more than {LongestLine / (1024 * 1024)} MiB.");
    }
}
