using System.Net;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Http.Tests.Library;
using Koda.Http.Tests.Rest;
using Xunit;

namespace Koda.Http.Tests.Feeds;

public sealed class FeedTests : IAsyncLifetime
{
    private const string Sse = "text/event-stream";
    private const string Ndjson = "application/x-ndjson";

    private LibraryServer _server = null!;

    public async Task InitializeAsync() => _server = await LibraryServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task An_event_has_its_name_its_id_and_its_data_in_one_line()
    {
        _server.Script.Watch = async (request, replies, _) =>
        {
            await replies.WriteAsync(new BookEvent { Seq = request.After + 1, Kind = BookEventKind.Lent, Note = "{\n  \"a\": 1\r\n}" });
            await replies.WriteAsync(new BookEvent());
        };

        using var reply = await Get("/v1/books/b/events?after=41", Sse);

        Assert.Equal(
            """
            retry: 1000

            event: lent
            id: 42
            data: {"seq":42,"kind":"lent","note":{  "a": 1}}

            data: {"seq":0,"kind":"unspecified"}

            event: end
            data: {}


            """.ReplaceLineEndings("\n"),
            await reply.Content.ReadAsStringAsync());
        Assert.Equal(Sse, reply.Content.Headers.ContentType?.MediaType);
        Assert.True(reply.Headers.CacheControl?.NoCache);
        Assert.Equal("no", reply.Headers.GetValues("X-Accel-Buffering").Single());
    }

    [Fact]
    public async Task The_last_event_id_wins_over_the_query()
    {
        _server.Script.Watch = (request, replies, _) => replies.WriteAsync(new BookEvent { Seq = request.After + 1 });

        using var reply = await Get("/v1/books/b/events?after=3", Sse, lastId: "9");

        Assert.Contains("id: 10\n", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_last_event_id_that_is_not_one_is_refused()
    {
        using var reply = await Get("/v1/books/b/events", Sse, lastId: "x");

        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Contains("\"Last-Event-ID\":[\"must be a whole number", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_with_nothing_left_is_no_content_which_stops_a_browser_from_connecting_again()
    {
        using var reply = await Get("/v1/books/b/events", Sse, lastId: "99");

        Assert.Equal(HttpStatusCode.NoContent, reply.StatusCode);
    }

    [Fact]
    public async Task A_failure_before_the_first_event_is_an_ordinary_error()
    {
        _server.Script.Watch = (_, _, _) => throw new RpcFault(ErrorReason.TaskNotFound, "No such book.");

        using var reply = await Get("/v1/books/b/events", Sse);

        Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
        Assert.Equal("""{"code":"task.not_found","message":"No such book."}""", await reply.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_failure_after_the_first_event_is_an_error_event()
    {
        _server.Script.Watch = async (_, replies, _) =>
        {
            await replies.WriteAsync(new BookEvent { Seq = 1 });
            throw new RpcFault(ErrorReason.CursorExpired, "Gone.");
        };

        // The head of the reply is sent at the moment of the failure: many replies meet both orders.
        for (var i = 0; i < 200; i++)
        {
            using var reply = await Get("/v1/books/b/events", Sse);

            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
            Assert.EndsWith(
                "event: error\ndata: {\"code\":\"cursor.expired\",\"message\":\"Gone.\"}\n\n",
                await reply.Content.ReadAsStringAsync(),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task One_path_is_a_page_or_a_feed_as_the_caller_accepts()
    {
        _server.Script.Watch = (_, replies, _) => replies.WriteAsync(new BookEvent { Seq = 7 });

        using var page = await Get("/v1/books/b/events", "application/json");
        using var lines = await Get("/v1/books/b/events", Ndjson);

        Assert.StartsWith("{\"events\":[", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("{\"seq\":7,\"kind\":\"unspecified\"}\n", await lines.Content.ReadAsStringAsync());
        Assert.Equal(Ndjson, lines.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_stream_without_an_sse_policy_is_lines_of_json_unless_events_are_asked_for()
    {
        using var lines = await Get("/v1/export", "*/*");
        using var events = await Get("/v1/export", Sse);

        Assert.Equal(
            [
                """{"id":"1","title":"","genre":"unspecified","pages":0,"shelf":"","extra":{"a": 1},"lent_to":null}""",
                """{"id":"2","title":"","genre":"unspecified","pages":0,"shelf":"","lent_to":null}""",
                "",
            ],
            (await lines.Content.ReadAsStringAsync()).Split('\n'));
        Assert.Contains("data: {\"id\":\"1\"", await events.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_fail_end_with_the_error()
    {
        _server.Script.AfterExport = _ => throw new RpcException(new Status(StatusCode.DataLoss, "torn"));

        using var reply = await Get("/v1/export", Ndjson);

        Assert.EndsWith(
            "\n{\"error\":{\"code\":\"data_loss\",\"message\":\"torn\"}}\n",
            await reply.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_cannot_be_written_leaves_the_feed_well_formed()
    {
        _server.Script.Watch = async (_, replies, _) =>
        {
            await replies.WriteAsync(new BookEvent { Seq = 1 });
            await replies.WriteAsync(new BookEvent { Seq = 2, Note = "{torn" });
        };

        using var reply = await Get("/v1/books/b/events", Sse);
        var body = await reply.Content.ReadAsStringAsync();

        Assert.DoesNotContain("id: 2", body, StringComparison.Ordinal);
        Assert.Contains("event: error\ndata: {\"code\":\"internal\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_burst_arrives_whole_and_in_order()
    {
        const int Events = 20_000;
        _server.Script.Watch = async (_, replies, _) =>
        {
            for (var seq = 1; seq <= Events; seq++)
                await replies.WriteAsync(new BookEvent { Seq = seq, Kind = BookEventKind.Lent });
        };

        using var reply = await Get("/v1/books/b/events", Sse);
        var ids = (await reply.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("id: ", StringComparison.Ordinal));

        Assert.Equal(Enumerable.Range(1, Events).Select(seq => $"id: {seq}"), ids);
    }

    private async Task<HttpResponseMessage> Get(string path, string accept, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        return await _server.Http.SendAsync(request);
    }
}
