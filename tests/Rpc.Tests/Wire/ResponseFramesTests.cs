using Grpc.Core;
using Koda.Rpc.Calls;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Tests.Wire;

public sealed class ResponseFramesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(4096)]
    public async Task Messages_that_arrive_in_pieces_of_any_size_are_read_whole(int pieceSize)
    {
        string[] messages = ["first", "", new('x', 10_000), "last"];
        var frames = new ResponseFrames(new PieceStream(Frames.Encode(messages), pieceSize), new MessageDecoder(null));
        var read = new List<string>();
        while (await frames.FillAsync(default))
        {
            Assert.True(frames.TryTake(Marshallers.StringMarshaller, out var message));
            read.Add(message!);
        }
        Assert.Equal(messages, read);
        frames.Release();
    }

    [Fact]
    public async Task A_body_that_ends_within_a_message_is_an_internal_error()
    {
        var bytes = Frames.Encode("message");
        for (var length = 1; length < bytes.Length; length++)
        {
            var frames = new ResponseFrames(new MemoryStream(bytes[..length]), new MessageDecoder(null));
            var exception = await Assert.ThrowsAsync<RpcException>(async () => await frames.FillAsync(default));
            Assert.Equal(StatusCode.Internal, exception.StatusCode);
        }
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_by_its_header()
    {
        var frames = new ResponseFrames(new MemoryStream([0, 0, 0, 0, 11]), new MessageDecoder(10));
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await frames.FillAsync(default));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
    }

    private sealed class PieceStream(byte[] bytes, int pieceSize) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(pieceSize, buffer.Length)], cancellationToken);
    }
}
