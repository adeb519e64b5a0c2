using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>A call that is answered with one message: unary, or with streamed requests.</summary>
internal sealed class SingleResponseCall<TResponse>(
    RpcChannel channel, IMethod method, string? host, CallOptions options, Marshaller<TResponse> marshaller)
    : ClientCall(channel, method, host, options)
    where TResponse : class
{
    public Task<TResponse> SendAsync<TRequest>(TRequest request, Marshaller<TRequest> requestMarshaller, RequestEncoding encoding)
    {
        try
        {
            return SendAsync(encoding.Encode(request, requestMarshaller));
        }
        catch (Exception exception)
        {
            return Task.FromException<TResponse>(Fail(exception));
        }
    }

    public async Task<TResponse> SendAsync(RequestBody body)
    {
        ResponseFrames? frames = null;
        try
        {
            frames = await OpenAsync(body);
            TResponse? response = null;
            if (frames is not null && await frames.FillAsync(Token))
            {
                frames.TryTake(marshaller, out response);
                if (await frames.FillAsync(Token))
                    throw new RpcException(WrongCount("more than one message"));
            }
            EndByTrailers(response is null ? WrongCount("no message") : null);
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

    private static Status WrongCount(string found) => new(StatusCode.Internal, $"The server answered with {found}; exactly one was due.");
}
