using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Grpc;

public sealed class WebTests : IAsyncLifetime
{
    private const byte TrailerFlag = 0x80;

    private ProbeServer _server = null!;

    public async Task InitializeAsync() => _server = await ProbeServer.StartAsync(rpc => rpc.AllowedOrigins.Add("https://app.example"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("application/grpc-web-text")]
    [InlineData("application/grpc-web-text+proto")]
    public async Task A_unary_call_works_over_http_1_1(string contentType)
    {
        var (response, frames) = await CallAsync(contentType, "Unary", RawClient.Frame("hello"));
        Assert.Equal(HttpVersion.Version11, response.Version);
        Assert.StartsWith(contentType, response.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
        Assert.Equal("hello", ProbeReply.Parser.ParseFrom(frames[0].Payload).Text);
        Assert.Equal((TrailerFlag, "grpc-status: 0\r\n"), (frames[1].Flag, Encoding.ASCII.GetString(frames[1].Payload)));
    }

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task A_stream_ends_with_its_trailers_as_a_frame(string contentType)
    {
        _server.Handlers.Watch = async (_, replies, context) =>
        {
            context.ResponseTrailers.Add("Cost", "3");
            await replies.WriteAsync(ProbeHandlers.Reply("a"));
            await replies.WriteAsync(ProbeHandlers.Reply(new string('b', 10_000)));
            throw new RpcFault(ErrorReason.CursorExpired, "Gone.");
        };
        var (_, frames) = await CallAsync(contentType, "Watch", RawClient.Frame("x"));
        Assert.Equal([0, 0, TrailerFlag], frames.Select(frame => frame.Flag));
        var trailers = Encoding.ASCII.GetString(frames[2].Payload);
        Assert.Contains("cost: 3\r\n", trailers, StringComparison.Ordinal);
        Assert.Contains("grpc-status: 11\r\ngrpc-message: Gone.\r\ngrpc-status-details-bin: ", trailers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_headers_alone()
    {
        var (response, frames) = await CallAsync("application/grpc-web", "Missing", RawClient.Frame("x"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(frames);
        Assert.Equal($"{(int)StatusCode.Unimplemented}", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Text_may_come_as_runs_with_padding_of_their_own()
    {
        var frame = RawClient.Frame("hello");
        var text = string.Concat(frame.Chunk(4).Select(Convert.ToBase64String));
        Assert.Contains('=', text.TrimEnd('='));
        var (_, frames) = await PostAsync("application/grpc-web-text", "Unary", Encoding.ASCII.GetBytes(text));
        Assert.Equal("hello", ProbeReply.Parser.ParseFrom(frames[0].Payload).Text);
    }

    [Theory]
    [InlineData("!!!!")]
    [InlineData("AAAA==AA")]
    [InlineData("AAA")]
    public async Task Text_that_is_not_base64_is_an_error_of_the_caller(string text)
    {
        var (response, _) = await PostAsync("application/grpc-web-text", "Unary", Encoding.ASCII.GetBytes(text));
        Assert.Equal($"{(int)StatusCode.Internal}", response.Headers.GetValues("grpc-status").Single());
        Assert.DoesNotContain(_server.Log.Calls, entry => entry.Level == LogLevel.Error);
    }

    [Theory]
    [InlineData("https://app.example", true)]
    [InlineData("https://evil.example", false)]
    public async Task Only_allowed_origins_may_call_from_a_page(string origin, bool isAllowed)
    {
        var preflight = new HttpRequestMessage(HttpMethod.Options, Path("Unary"));
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type,x-grpc-web,x-user-agent");
        using var answer = await _server.Http.SendAsync(preflight);
        Assert.Equal(isAllowed, answer.Headers.Contains("Access-Control-Allow-Origin"));

        var (response, _) = await CallAsync("application/grpc-web", "Unary", RawClient.Frame("x"), origin);
        Assert.Equal(isAllowed, response.Headers.Contains("Access-Control-Expose-Headers"));
    }

    private Uri Path(string method) => new(_server.Address, "/testing.probe.v1.ProbeService/" + method);

    private Task<(HttpResponseMessage Response, List<(byte Flag, byte[] Payload)> Frames)> CallAsync(
        string contentType, string method, byte[] body, string? origin = null)
    {
        var isText = contentType.Contains("text", StringComparison.Ordinal);
        return PostAsync(contentType, method, isText ? Encoding.ASCII.GetBytes(Convert.ToBase64String(body)) : body, origin);
    }

    private async Task<(HttpResponseMessage Response, List<(byte Flag, byte[] Payload)> Frames)> PostAsync(
        string contentType, string method, byte[] body, string? origin = null)
    {
        var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        var request = new HttpRequestMessage(HttpMethod.Post, Path(method)) { Content = content };
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        var response = await _server.Http.SendAsync(request);
        var reply = await response.Content.ReadAsByteArrayAsync();
        return (response, RawReply.Split(contentType.Contains("text", StringComparison.Ordinal) ? FromRuns(Encoding.ASCII.GetString(reply)) : reply));
    }

    private static byte[] FromRuns(string text) =>
        [.. text.Chunk(4).SelectMany(group => Convert.FromBase64CharArray(group, 0, group.Length))];
}
