using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Input;

/// <summary>Errors that no handler says have the body of their surface all the same.</summary>
public sealed class ErrorBodyTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private const string Method = "/koda.runtime.v1.TaskService/GetTask";

    private KodaHost Host => koda.Host;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Host.StillServes();

    [Fact]
    public async Task A_path_that_is_too_long_is_414() =>
        (await Host.Rest.Get("/api/runtime/tasks?cursor=" + new string('a', 9000))).IsRefused(414, "request.target_too_long");

    [Fact]
    public async Task Headers_that_are_too_large_or_too_many_are_431()
    {
        using var large = new HttpRequestMessage(HttpMethod.Get, "/sessions");
        for (var i = 0; i < 5; i++)
            large.Headers.Add($"X-{i}", new string('a', 8000));
        (await Host.Rest.Send(large)).IsRefused(431, "request.headers_too_large");

        using var many = new HttpRequestMessage(HttpMethod.Get, "/health");
        for (var i = 0; i < 120; i++)
            many.Headers.Add($"X-{i}", "a");
        (await Host.Rest.Send(many)).IsRefused(431, "request.headers_too_large");
    }

    [Fact]
    public async Task A_binary_header_that_is_no_base64_is_400()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/control-plane/agents/atlas/sections/prompt")
        {
            Content = new ByteArrayContent("null"u8.ToArray()),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        request.Headers.TryAddWithoutValidation("a-bin", "[31m");

        (await Host.Rest.Send(request)).IsRefused(400, "request.invalid");
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF\r\n{}")]
    [InlineData("-1\r\n{}")]
    [InlineData("zz\r\n{}")]
    public async Task A_broken_chunk_is_400(string body)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Host.Url.Host, Host.Url.Port);
        var request =
            $"POST /api/runtime/tasks HTTP/1.1\r\nHost: {Host.Url.Authority}\r\nAuthorization: Bearer {Host.OperatorToken}\r\nContent-Type: application/json\r\n"
            + $"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{body}";
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        var reply = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400", reply, StringComparison.Ordinal);
        Assert.Contains("\"request.malformed\"", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task Another_content_type_on_a_path_of_gRPC_is_415(string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Method) { Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        (await Host.Rest.Send(request)).IsRefused(415, "request.unsupported_media_type");
    }

    [Fact]
    public async Task A_gRPC_content_type_on_a_path_of_REST_is_415()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runtime/tasks")
        {
            Content = new ByteArrayContent("{}"u8.ToArray()),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/grpc+json");

        (await Host.Rest.Send(request)).IsRefused(415, "request.unsupported_media_type");
    }

    [Fact]
    public async Task GRPC_over_HTTP_1_1_and_by_another_method_is_said_with_a_body()
    {
        using var old = Grpc(HttpMethod.Post, HttpVersion.Version11);
        (await Host.Rest.Send(old)).IsRefused(426, "route.upgrade_required");

        using var put = Grpc(HttpMethod.Put, HttpVersion.Version20);
        (await Host.Rest.Send(put)).IsRefused(405, "route.method_not_allowed");
    }

    [Theory]
    [InlineData("OPTIONS", "/api/runtime/tasks", 405)]
    [InlineData("TRACE", "/sessions", 405)]
    [InlineData("PROPFIND", "/nothing", 404)]
    public async Task Any_method_is_answered_with_a_body(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var reply = await Host.Rest.Send(request);

        Assert.Equal((status, true), (reply.Status, reply.IsJson));
        Assert.NotEqual("", reply["code"]);
    }

    private static HttpRequestMessage Grpc(HttpMethod method, Version version)
    {
        var request = new HttpRequestMessage(method, Method)
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/grpc");
        return request;
    }
}
