using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Http.Tests.Library;
using HttpBody = Google.Api.HttpBody;

namespace Koda.Http.Tests.Rest;

/// <summary>Answers with what it was asked, or does what the id of the book says.</summary>
internal sealed class LibraryService(LibraryScript script) : Library.LibraryService.LibraryServiceBase
{
    public override async Task<Book> AddBook(Book request, ServerCallContext context)
    {
        var headers = new Metadata { { "location", "/v1/books/" + request.Id } };
        if (context.GetIdempotencyKey(request) is { } key)
            headers.Add("seen-key", key);
        await context.WriteResponseHeadersAsync(headers);
        return request;
    }

    public override Task<Book> GetBook(GetBookRequest request, ServerCallContext context) => request.Id switch
    {
        "missing" => throw new RpcFault(ErrorReason.AgentNotFound, "There is no such book."),
        "busy" => throw new RpcFault(ErrorReason.TaskQueueFull, "Too many readers.") { RetryAfter = TimeSpan.FromSeconds(1.2) },
        "broken" => throw new InvalidCastException("a secret"),
        "status" => throw new RpcException(new Status(StatusCode.NotFound, "not here"), new Metadata { { "trace", "t1" } }),
        "garbled" => Task.FromResult(new Book { Extra = "{not json" }),
        "slow" => Slow(context),
        var id => Task.FromResult(new Book { Id = id, Title = "A book" }),
    };

    public override Task<Book> GetNewest(Empty request, ServerCallContext context) =>
        Task.FromResult(new Book { Id = "n", Title = "Newest" });

    public override Task<FindBooksResponse> FindBooks(FindBooksRequest request, ServerCallContext context) =>
        Task.FromResult(new FindBooksResponse { Books = { request.Words.Select(word => new Book { Title = word }) } });

    public override Task<FindBooksRequest> EchoSearch(FindBooksRequest request, ServerCallContext context) => Task.FromResult(request);

    public override async Task<Book> UpdateBook(UpdateBookRequest request, ServerCallContext context)
    {
        var mask = request.UpdateMask is { } given ? "=" + string.Join(',', given.Paths) : "none";
        await context.WriteResponseHeadersAsync(new Metadata { { "dry-run", request.DryRun ? "yes" : "no" }, { "mask", mask } });
        return request.Book;
    }

    public override Task<UpdateBookRequest> ReplaceBook(UpdateBookRequest request, ServerCallContext context) => Task.FromResult(request);

    public override Task<Empty> RemoveBook(GetBookRequest request, ServerCallContext context) => Task.FromResult(new Empty());

    public override Task<Book> ArchiveBook(GetBookRequest request, ServerCallContext context) =>
        Task.FromResult(new Book { Id = request.Id });

    public override Task<GetByNameRequest> GetByName(GetByNameRequest request, ServerCallContext context) => Task.FromResult(request);

    public override Task<GetByNameRequest> GetPage(GetByNameRequest request, ServerCallContext context) => Task.FromResult(request);

    public override Task<GetBookRequest> LendBook(GetBookRequest request, ServerCallContext context) => Task.FromResult(request);

    public override Task<Book> ClaimReturned(ClaimReturnedRequest request, ServerCallContext context) =>
        Task.FromResult(request.Any ? new Book { Id = "r" } : new Book());

    public override Task<CheckOpenResponse> CheckOpen(CheckOpenRequest request, ServerCallContext context) =>
        Task.FromResult(new CheckOpenResponse { Open = request.Open });

    public override async Task<HttpBody> GetScan(GetBookRequest request, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync(new Metadata { { "content-disposition", "attachment; filename=scan.png" } });
        return new HttpBody { ContentType = "image/png", Data = ByteString.CopyFrom(1, 2, 255) };
    }

    public override Task<PutScanRequest> PutScan(PutScanRequest request, ServerCallContext context) => Task.FromResult(request);

    public override Task<HistoryPage> ListHistory(WatchBookRequest request, ServerCallContext context) =>
        Task.FromResult(new HistoryPage { Events = { new BookEvent { Seq = request.After + 1, Kind = BookEventKind.Lent } } });

    public override Task WatchBook(WatchBookRequest request, IServerStreamWriter<BookEvent> responseStream, ServerCallContext context) =>
        script.Watch(request, responseStream, context);

    public override async Task ExportBooks(Empty request, IServerStreamWriter<Book> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new Book { Id = "1", Extra = "{\n\"a\": 1\n}" });
        await responseStream.WriteAsync(new Book { Id = "2" });
        await script.AfterExport(context);
    }

    public override async Task Discuss(
        IAsyncStreamReader<Remark> requestStream, IServerStreamWriter<Remark> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var remark = requestStream.Current;
            if (remark.Text == "shout")
                throw new RpcFault(ErrorReason.PermissionDenied, "No shouting.");
            if (remark.Text == "leave")
                return;
            await responseStream.WriteAsync(remark);
        }
    }

    private async Task<Book> Slow(ServerCallContext context)
    {
        script.SlowBegan.SetResult();
        await using var cancelled = context.CancellationToken.Register(() => script.SlowCancelled.SetResult());
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return new Book();
    }
}
