using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;

namespace Koda.Rpc.AspNetCore;

/// <summary>Writes what is flushed as one run of base64, closed by its own padding, as gRPC-Web text allows.</summary>
internal sealed class Base64PipeWriter(PipeWriter output) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _pending = new();

    public override void Advance(int bytes) => _pending.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _pending.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _pending.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var encoded = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(_pending.WrittenCount));
        Base64.EncodeToUtf8(_pending.WrittenSpan, encoded, out _, out var written);
        output.Advance(written);
        _pending.ResetWrittenCount();
        return output.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => output.Complete(exception);
}
