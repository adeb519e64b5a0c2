using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Koda.Server.Http;

/// <summary>
/// gzip for gRPC, which gives no more than a message may have: the official provider would inflate a few kilobytes to gigabytes.
/// </summary>
/// <param name="largest">The largest message in bytes.</param>
internal sealed class BoundedGzip(int largest) : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) =>
        new BoundedStream(new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true), largest);

    private sealed class BoundedStream(GZipStream inner, int largest) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        /// <exception cref="RpcException">RESOURCE_EXHAUSTED: the message is too large. INTERNAL: it is no gzip.</exception>
        public override int Read(Span<byte> buffer)
        {
            try
            {
                var count = inner.Read(buffer);
                _read += count;
                return _read <= largest ? count : throw new RpcException(new Status(
                    StatusCode.ResourceExhausted, $"The message is larger than the limit of {largest} bytes."));
            }
            catch (InvalidDataException fault)
            {
                throw new RpcException(new Status(StatusCode.Internal, "The message is not compressed by gzip as it says.", fault));
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

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
    }
}
