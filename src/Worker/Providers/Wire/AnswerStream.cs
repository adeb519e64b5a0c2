namespace Koda.Worker.Providers.Wire;

/// <summary>A response body that cannot keep its reader waiting for ever, nor fill its memory with one line.</summary>
internal sealed class AnswerStream(Stream inner, TimeSpan idleLimit) : Stream
{
    /// <summary>The longest line, in bytes.</summary>
    public const int LongestLine = 16 * 1024 * 1024;

    private int _lineLength;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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
                ProviderErrorCode.Timeout, $"The provider sent nothing for {idleLimit.TotalSeconds:0.#} s.", retryable: true, innerException: error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            throw ProviderFailure.Cut(error);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Answers are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
