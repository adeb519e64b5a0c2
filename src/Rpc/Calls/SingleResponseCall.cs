using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>A call that is answered with one message: unary, or with streamed requests.</summary>
internal sealed class SingleResponseCall<TResponse>(
    RpcChannel channel, IMethod method, string? host, CallOptions options, Marshaller<TResponse> marshaller)
    : ClientCall(channel, method, host, options)
    where TResponse : class
{
    public Task<TResponse> SendAsync<TRequest>(TRequest request, Marshaller<TRequest> requestMarshaller, RequestEncoding encoding) =>
        RunAsync(() => encoding.Encode(request, requestMarshaller));

    public Task<TResponse> SendAsync(RequestBody body) => RunAsync(() => body);

    private async Task<TResponse> RunAsync(Func<RequestBody> createBody)
    {
        ResponseFrames? frames = null;
        try
        {
            frames = await OpenAsync(createBody());
            if (frames is null)
                throw WrongCount("no message");
            if (!await frames.FillAsync(Token))
            {
                EndByTrailers();
                throw WrongCount("no message");
            }
            frames.TryTake(marshaller, out var response);
            if (await frames.FillAsync(Token))
                throw WrongCount("more than one message");
            EndByTrailers();
            return response!;
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }
        finally
        {
            frames?.Release();
        }
    }

    private static RpcException WrongCount(string found) =>
        new(new Status(StatusCode.Internal, $"The server answered with {found}; exactly one was due."));
}
