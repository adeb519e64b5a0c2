using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Http.Tests.Library;

namespace Koda.Http.Tests.Rest;

/// <summary>Books in the manners of another family.</summary>
internal sealed class LoudService : Library.LoudService.LoudServiceBase
{
    public override Task<Book> ReadBook(GetBookRequest request, ServerCallContext context) => request.Id == "busy"
        ? throw new RpcFault(ErrorReason.TaskQueueFull, "Too many readers.")
        : Task.FromResult(new Book { Id = request.Id, Title = "A \"book\"" });

    public override Task<LoudPage> ReadPage(Empty request, ServerCallContext context) =>
        Task.FromResult(new LoudPage { Data = { new Book { Id = "b1" } }, Total = 7 });
}
