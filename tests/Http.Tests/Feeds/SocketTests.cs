using System.Net;
using System.Net.WebSockets;
using System.Text;
using Google.Protobuf;
using Koda.Http.Tests.Library;
using Koda.Http.Tests.Rest;
using Xunit;

namespace Koda.Http.Tests.Feeds;

public sealed class SocketTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(1));
    private LibraryServer _server = null!;

    public async Task InitializeAsync() => _server = await LibraryServer.Start();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _patience.Dispose();
    }

    [Fact]
    public async Task Path_and_query_are_the_first_message_and_text_is_json()
    {
        using var socket = await Connect("/v1/books/a%2Fb/discussion?cursor=40");
        Assert.Equal("""{"id":"a/b","text":"","cursor":40}""", await ReceiveText(socket));

        await Send(socket, """{"text":"ä","cursor":9007199254740993}""");
        Assert.Equal("""{"id":"","text":"ä","cursor":9007199254740993}""", await ReceiveText(socket));

        await Send(socket, """{"text":"leave"}""");
        await AssertClosed(socket, 1000, "");
    }

    [Fact]
    public async Task Binary_frames_are_protobuf_both_ways_where_the_client_offers_it()
    {
        using var socket = await Connect("/v1/books/b/discussion", "protobuf");
        Assert.Equal("b", Remark.Parser.ParseFrom(await Receive(socket, WebSocketMessageType.Binary)).Id);

        await socket.SendAsync(new Remark { Text = "hi" }.ToByteArray(), WebSocketMessageType.Binary, true, _patience.Token);

        Assert.Equal("hi", Remark.Parser.ParseFrom(await Receive(socket, WebSocketMessageType.Binary)).Text);
    }

    [Fact]
    public async Task A_message_may_come_in_parts()
    {
        using var socket = await Connect("/v1/books/b/discussion");
        await ReceiveText(socket);
        var text = new string('x', 100_000);
        var json = Encoding.UTF8.GetBytes($$"""{"text":"{{text}}"}""");
        await socket.SendAsync(json.AsMemory(..50_000), WebSocketMessageType.Text, false, _patience.Token);
        await socket.SendAsync(json.AsMemory(50_000..), WebSocketMessageType.Text, true, _patience.Token);

        Assert.Contains(text, await ReceiveText(socket), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text":"shout"}""", 4403, "auth.forbidden: No shouting.")]
    [InlineData("""{"txt":"x"}""", 4400, "request.invalid: The request is not valid: txt is not a field of this request.")]
    [InlineData("{", 4400, "request.malformed: ")]
    public async Task A_failure_closes_with_its_status_and_reason(string message, int code, string reason)
    {
        using var socket = await Connect("/v1/books/b/discussion");
        await ReceiveText(socket);

        await Send(socket, message);

        await AssertClosed(socket, code, reason);
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_with_its_status()
    {
        using var socket = await Connect("/v1/books/b/discussion");
        await ReceiveText(socket);

        await Send(socket, new string('x', (1024 * 1024) + 1));

        await AssertClosed(socket, 4413, "request.too_large");
    }

    [Fact]
    public async Task A_client_that_closes_ends_its_stream_and_the_call_succeeds()
    {
        using var socket = await Connect("/v1/books/b/discussion");
        await ReceiveText(socket);

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", _patience.Token);

        Assert.Equal((WebSocketState.Closed, WebSocketCloseStatus.NormalClosure), (socket.State, socket.CloseStatus!.Value));
    }

    [Fact]
    public async Task A_plain_request_is_told_to_upgrade()
    {
        using var reply = await _server.Http.GetAsync("/v1/books/b/discussion");

        Assert.Equal(HttpStatusCode.UpgradeRequired, reply.StatusCode);
        Assert.Equal("websocket", reply.Headers.Upgrade.Single().Name);
        Assert.Contains("route.upgrade_required", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("self", true)]
    public async Task Pages_of_other_origins_may_not_connect(string origin, bool mayConnect)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin == "self" ? _server.Address.GetLeftPart(UriPartial.Authority) : origin);
        socket.Options.CollectHttpResponseDetails = true;

        var connecting = socket.ConnectAsync(Address("/v1/books/b/discussion"), _patience.Token);

        if (mayConnect)
            await connecting;
        else
        {
            await Assert.ThrowsAsync<WebSocketException>(() => connecting);
            Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
        }
    }

    private Uri Address(string path) =>
        new(_server.Address.GetLeftPart(UriPartial.Authority).Replace("http", "ws", StringComparison.Ordinal) + path);

    private async Task<ClientWebSocket> Connect(string path, string? protocol = null)
    {
        var socket = new ClientWebSocket();
        if (protocol is not null)
            socket.Options.AddSubProtocol(protocol);
        await socket.ConnectAsync(Address(path), _patience.Token);
        return socket;
    }

    private ValueTask Send(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, true, _patience.Token);

    private async Task<string> ReceiveText(ClientWebSocket socket) =>
        Encoding.UTF8.GetString(await Receive(socket, WebSocketMessageType.Text));

    private async Task<byte[]> Receive(ClientWebSocket socket, WebSocketMessageType kind)
    {
        var buffer = new byte[2 * 1024 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), _patience.Token);
            Assert.Equal(kind, part.MessageType);
            length += part.Count;
            if (part.EndOfMessage)
                return buffer[..length];
        }
    }

    private async Task AssertClosed(ClientWebSocket socket, int code, string reason)
    {
        var part = await socket.ReceiveAsync(new byte[1024].AsMemory(), _patience.Token);
        Assert.Equal(WebSocketMessageType.Close, part.MessageType);
        Assert.Equal(code, (int)socket.CloseStatus!);
        Assert.StartsWith(reason, socket.CloseStatusDescription ?? "", StringComparison.Ordinal);
    }
}
