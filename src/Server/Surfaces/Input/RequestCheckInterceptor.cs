using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Http;
using AnnotationsExtensions = Google.Api.AnnotationsExtensions;

namespace Koda.Server.Surfaces.Input;

/// <summary>Has every request message checked before its handler sees it, each message of a stream too.</summary>
internal sealed class RequestCheckInterceptor : Interceptor
{
    private const string WholeBody = "*";
    private const string Cursor = "cursor";

    // A hostile request could be wrong in every byte; nobody reads more than this.
    private const int MostFaults = 100;

    private static readonly Lazy<Dictionary<string, string>> s_bodies = new(Bodies);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Require(request, context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Require(request, context);
        return continuation(request, responseStream, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(new CheckedStream<TRequest>(requestStream, context), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(new CheckedStream<TRequest>(requestStream, context), responseStream, context);

    // Nobody maps what the engine throws at health and reflection, which are not of the contract.
    private static bool IsOfContract(ServerCallContext context) => RpcCall.Of(context.GetHttpContext()) is not null;

    /// <exception cref="EngineException">INVALID_REQUEST, with every fault.</exception>
    private static void Require<TRequest>(TRequest request, ServerCallContext context)
    {
        if (!IsOfContract(context))
            return;
        var message = (IMessage)request!;
        var faults = RequestCheck.Faults(message, PlanOf<TRequest>.Plan ??= MessagePlan.Of(message.Descriptor));
        if (faults.Count > 0)
            throw Invalid(faults, BodyOf(context.Method));
    }

    private static EngineException Invalid(IReadOnlyList<InputFault> faults, string body)
    {
        // Such a text is one more cursor that nobody gave, and is refused like all of them.
        if (faults is [{ Field: Cursor }])
            return new EngineException(ErrorReason.InvalidCursor, "The cursor is not one of this list with these filters.");
        var named = faults
            .Take(MostFaults)
            .Select(fault =>
                fault with { Field = fault.Field.StartsWith(body, StringComparison.Ordinal) ? fault.Field[body.Length..] : fault.Field })
            .DistinctBy(fault => fault.Field)
            .ToDictionary(fault => fault.Field, fault => fault.Problem);
        return new EngineException(
            ErrorReason.InvalidRequest,
            $"The request is not valid: {string.Join("; ", named.Select(fault => $"{fault.Key} {fault.Value}"))}.",
            named);
    }

    /// <summary>
    /// What a path of the request begins with where REST sends one field as the body: the sender of that knows the paths within it only.
    /// </summary>
    private static string BodyOf(string method) => s_bodies.Value.GetValueOrDefault(method, "");

    private static Dictionary<string, string> Bodies() => ContractServices.All
        .SelectMany(service => service.Methods)
        .Select(method => (Method: method, Body: method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)?.Body ?? ""))
        .Where(method => method.Body.Length > 0 && method.Body != WholeBody)
        .ToDictionary(method => $"/{method.Method.Service.FullName}/{method.Method.Name}", method => method.Body + ".");

    /// <summary>The plan of a request's type, found without a look into a table.</summary>
    private static class PlanOf<TRequest>
    {
        public static MessagePlan? Plan { get; set; }
    }

    private sealed class CheckedStream<TRequest>(IAsyncStreamReader<TRequest> requests, ServerCallContext context)
        : IAsyncStreamReader<TRequest>
    {
        public TRequest Current => requests.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await Read(cancellationToken))
                return false;
            Require(requests.Current, context);
            return true;
        }

        /// <exception cref="EngineException">PAYLOAD_TOO_LARGE.</exception>
        /// <exception cref="RpcException">INTERNAL: what came is no message. The server of ASP.NET throws what its parts throw.</exception>
        private async Task<bool> Read(CancellationToken cancellationToken)
        {
            try
            {
                return await requests.MoveNext(cancellationToken);
            }
            catch (RpcException fault) when (fault.StatusCode == StatusCode.ResourceExhausted && IsOfContract(context))
            {
                throw new EngineException(ErrorReason.PayloadTooLarge, fault.Status.Detail);
            }
            catch (Exception fault)
                when (fault
                        is IOException
                            or InvalidDataException
                            or FormatException
                            or InvalidOperationException
                            or InvalidProtocolBufferException)
            {
                throw new RpcException(new Status(StatusCode.Internal, "The request could not be read.", fault));
            }
        }
    }
}
