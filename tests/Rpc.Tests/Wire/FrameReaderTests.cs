using System.IO.Pipelines;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Tests.Wire;

public sealed class FrameReaderTests
{
    private static readonly Marshaller<string> s_text = Marshallers.StringMarshaller;

    [Fact]
    public async Task Messages_split_at_any_byte_are_read_whole()
    {
        var bytes = Frames.Encode("first", "", new string('x', 300));
        for (var split = 0; split <= bytes.Length; split++)
        {
            var pipe = new Pipe();
            var reader = new FrameReader(pipe.Reader, new MessageDecoder(null));
            var reading = ReadAllAsync(reader);
            await pipe.Writer.WriteAsync(bytes.AsMemory(0, split));
            await pipe.Writer.WriteAsync(bytes.AsMemory(split));
            await pipe.Writer.CompleteAsync();
            Assert.Equal(["first", "", new string('x', 300)], await reading);
        }
    }

    [Fact]
    public async Task A_stream_that_ends_within_a_message_is_an_internal_error()
    {
        var bytes = Frames.Encode("message");
        for (var length = 1; length < bytes.Length; length++)
        {
            var reader = Over(bytes[..length]);
            var exception = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(s_text, default));
            Assert.Equal(StatusCode.Internal, exception.StatusCode);
        }
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_before_it_arrives()
    {
        byte[] onlyTheHeader = [0, 0, 0, 0, 11];
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(onlyTheHeader);
        var reader = new FrameReader(pipe.Reader, new MessageDecoder(10));
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(s_text, default));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Equal("The received message has 11 bytes; the limit is 10.", exception.Status.Detail);
    }

    [Fact]
    public async Task A_message_at_the_limit_is_read() =>
        Assert.Equal("0123456789", await Over(Frames.Encode("0123456789"), limit: 10).ReadAsync(s_text, default));

    [Fact]
    public async Task A_length_over_two_gibibytes_is_refused_even_without_a_limit()
    {
        var exception = await Assert.ThrowsAsync<RpcException>(
            async () => await Over([0, 0xff, 0xff, 0xff, 0xff]).ReadAsync(s_text, default));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
    }

    [Fact]
    public async Task An_unknown_compression_flag_is_an_internal_error()
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await Over([2, 0, 0, 0, 0]).ReadAsync(s_text, default));
        Assert.Equal(StatusCode.Internal, exception.StatusCode);
    }

    [Fact]
    public async Task Exactly_one_message_is_read_from_a_unary_request() =>
        Assert.Equal("one", await Over(Frames.Encode("one")).ReadSingleAsync(s_text, default));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_unary_request_with_another_number_of_messages_is_unimplemented(int count)
    {
        var bytes = Frames.Encode([.. Enumerable.Repeat("message", count)]);
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await Over(bytes).ReadSingleAsync(s_text, default));
        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
    }

    private static FrameReader Over(byte[] bytes, int? limit = null) =>
        new(PipeReader.Create(new MemoryStream(bytes)), new MessageDecoder(limit));

    private static async Task<List<string>> ReadAllAsync(FrameReader reader)
    {
        var messages = new List<string>();
        while (await reader.ReadAsync(s_text, default) is { } message)
            messages.Add(message);
        return messages;
    }
}
