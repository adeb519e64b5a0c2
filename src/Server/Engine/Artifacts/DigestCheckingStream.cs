using System.Security.Cryptography;

namespace Koda.Server.Engine.Artifacts;

/// <summary>
/// Passes content on and fails at its end when its SHA-256 is not the expected one, so that damage on disk is never taken for the content.
/// </summary>
internal sealed class DigestCheckingStream(Stream content, byte[] digest) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position
    {
        get => content.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        Check(buffer.AsSpan(offset, count), content.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await content.ReadAsync(buffer, cancellationToken);
        return Check(buffer.Span, read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            content.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Check(Span<byte> buffer, int read)
    {
        if (read > 0)
            _hash.AppendData(buffer[..read]);
        else if (buffer.Length > 0 && !_hash.GetCurrentHash().AsSpan().SequenceEqual(digest))
            throw new InvalidDataException($"The stored content of {Convert.ToHexStringLower(digest)} is damaged.");
        return read;
    }
}
