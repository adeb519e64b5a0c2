using System.Security.Cryptography;
using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Artifacts;

/// <summary>Takes content as it arrives: in memory while it is small, then in a draft file.</summary>
internal sealed class ArtifactUpload(ArtifactFolder folder) : IAsyncDisposable
{
    /// <summary>The largest content that is kept in the database, in bytes.</summary>
    public const int MaxInline = 64 * 1024;

    /// <summary>The largest content that is taken, in bytes.</summary>
    public const long MaxSize = 512L * 1024 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _memory = new();
    private FileStream? _draft;

    public long Size { get; private set; }

    /// <summary>The content, when it was small enough to be kept in the database.</summary>
    public byte[]? InlineContent => _draft is null ? _memory.ToArray() : null;

    /// <exception cref="EngineException">PAYLOAD_TOO_LARGE.</exception>
    public async ValueTask Write(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        Size += chunk.Length;
        if (Size > MaxSize)
            throw new EngineException(ErrorReason.PayloadTooLarge, $"An artifact has at most {MaxSize} bytes.");
        _hash.AppendData(chunk.Span);
        if (_draft is null && Size > MaxInline)
        {
            _draft = folder.CreateDraft();
            await _draft.WriteAsync(_memory.GetBuffer().AsMemory(0, (int)_memory.Length), cancellationToken);
        }
        if (_draft is null)
            _memory.Write(chunk.Span);
        else
            await _draft.WriteAsync(chunk, cancellationToken);
    }

    /// <summary>Ends the content, makes a file of it durable, and returns its digest.</summary>
    /// <param name="announced">The digest that it should have, in lower-case hex; null for any.</param>
    /// <exception cref="EngineException">ARTIFACT_DIGEST_MISMATCH.</exception>
    public byte[] Complete(string? announced)
    {
        var digest = _hash.GetHashAndReset();
        var text = Convert.ToHexStringLower(digest);
        if (announced is not null && announced != text)
        {
            throw new EngineException(
                ErrorReason.ArtifactDigestMismatch,
                "The content is not what was announced.",
                new Dictionary<string, string> { ["announced_sha256"] = announced, ["received_sha256"] = text });
        }
        if (_draft is not null)
            folder.Keep(_draft, digest);
        return digest;
    }

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _memory.DisposeAsync();
        if (_draft is null)
            return;
        await _draft.DisposeAsync();
        // Gone from here once it was kept.
        File.Delete(_draft.Name);
    }
}
