using Grpc.Core;

namespace Koda.Http.Tests.Probe;

internal sealed class ProbeServiceImplementation(ProbeHandlers handlers) : ProbeService.ProbeServiceBase
{
    public override Task<ProbeReply> Unary(ProbeRequest request, ServerCallContext context) => handlers.Unary(request, context);

    public override Task Watch(ProbeRequest request, IServerStreamWriter<ProbeReply> responseStream, ServerCallContext context) =>
        handlers.Watch(request, responseStream, context);

    public override Task<ProbeReply> Collect(IAsyncStreamReader<ProbeRequest> requestStream, ServerCallContext context) =>
        handlers.Collect(requestStream, context);

    public override Task Chat(
        IAsyncStreamReader<ProbeRequest> requestStream,
        IServerStreamWriter<ProbeReply> responseStream,
        ServerCallContext context) => handlers.Chat(requestStream, responseStream, context);

    public override Task<ProbeReply> Guarded(ProbeRequest request, ServerCallContext context) => handlers.Unary(request, context);

    public override Task<ProbeReply> Undeclared(ProbeRequest request, ServerCallContext context) => handlers.Unary(request, context);

    public override Task<ProbeReply> Shared(ProbeRequest request, ServerCallContext context) => handlers.Unary(request, context);

    public override Task<ProbeReply> Named(ProbeRequest request, ServerCallContext context) => handlers.Unary(request, context);

    public override Task<ProbeReply> Keyed(ProbeRequest request, ServerCallContext context) => handlers.Unary(request, context);
}
