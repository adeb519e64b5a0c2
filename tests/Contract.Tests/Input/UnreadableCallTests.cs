using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Contract.Tests.Input;

/// <summary>What comes by gRPC and is no call is its sender's fault, and costs no more than a call.</summary>
public sealed class UnreadableCallTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private const byte Plain = 0;
    private const byte Compressed = 1;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => koda.Host.StillServes();

    public static TheoryData<string, byte[]> Unreadable => new()
    {
        { "a message that is no protobuf", Frame(Plain, [0xff, 0xff, 0xff]) },
        { "a flag that is none", Frame(7, [8, 1]) },
        { "half a frame", Frame(Plain, new byte[100])[..50] },
        { "a length beyond every limit", [Plain, 0xff, 0xff, 0xff, 0xff, 8, 1] },
        { "bytes that are no gzip", Frame(Compressed, "no gzip at all"u8.ToArray()) },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_cannot_be_read_is_internal_as_everywhere_in_gRPC_and_never_unknown(string what, byte[] body)
    {
        Assert.Equal((StatusCode.Internal, what), (await Send("/koda.runtime.v1.TaskService/GetTask", body), what));
        Assert.Equal((StatusCode.Internal, what), (await Send("/koda.worker.v1.WorkerService/Work", body), what));
        Assert.Equal((StatusCode.Internal, what), (await Send("/grpc.health.v1.Health/Check", body), what));
        Assert.Equal((StatusCode.Internal, what), (await Send("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", body), what));
    }

    [Theory]
    [InlineData("/koda.runtime.v1.TaskService/GetTask")]
    [InlineData("/koda.worker.v1.WorkerService/Work")]
    public async Task A_few_bytes_that_inflate_to_a_large_message_are_refused_at_the_limit(string method)
    {
        var bomb = Frame(Compressed, Gzip(new Wire.GetTaskRequest { TaskId = new string('a', 256 * 1024 * 1024) }.ToByteArray()));
        Assert.True(bomb.Length < 1024 * 1024);

        var before = GC.GetTotalAllocatedBytes();
        Assert.Equal(StatusCode.ResourceExhausted, await Send(method, bomb));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 * 1024 * 1024);
    }

    [Theory]
    [InlineData("/koda.runtime.v1.TaskService/GetTask")]
    [InlineData("/koda.worker.v1.WorkerService/Work")]
    [InlineData("/grpc.health.v1.Health/Check")]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")]
    public async Task A_message_that_says_it_is_too_large_is_refused_at_the_limit_by_every_service(string method) =>
        Assert.Equal(StatusCode.ResourceExhausted, await Send(method, [Plain, 0x00, 0x50, 0x00, 0x00, 8, 1]));

    [Fact]
    public async Task What_reflection_is_asked_may_hold_any_character() => Assert.Equal(
        StatusCode.OK, await Send("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Frame(Plain, [0x22, 3, (byte)'a', 0, (byte)'b'])));

    private async Task<StatusCode> Send(string path, byte[] body)
    {
        var token = path.Contains("worker.v1", StringComparison.Ordinal) ? koda.Host.WorkerToken : koda.Host.OperatorToken;
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            Headers = { { "grpc-encoding", "gzip" }, { "te", "trailers" }, { "authorization", $"Bearer {token}" } },
        };
        using var http = new HttpClient { BaseAddress = koda.Host.Url };
        using var response = await http.SendAsync(request);
        await response.Content.LoadIntoBufferAsync();
        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return (StatusCode)int.Parse(headers.GetValues("grpc-status").Single(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static byte[] Frame(byte flag, byte[] message)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.SmallestSize))
            gzip.Write(bytes);
        return output.ToArray();
    }
}
