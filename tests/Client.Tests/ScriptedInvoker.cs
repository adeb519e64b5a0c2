using Grpc.Core;

namespace Koda.Client.Tests;

/// <summary>A server that answers each call with the next line of a script, and keeps what it was asked.</summary>
internal sealed class ScriptedInvoker : CallInvoker
{
    private readonly Queue<Func<object, object>> _script = new();

    public List<(string Method, object Request, Metadata Headers)> Calls { get; } = [];

    public ScriptedInvoker Answer(object reply) => Then(_ => reply);

    public ScriptedInvoker Fail(StatusCode status, string detail = "") => Then(_ => throw new RpcException(new Status(status, detail)));

    public ScriptedInvoker Fail(RpcException error) => Then(_ => throw error);

    /// <summary>A feed of these events that ends, or is cut with a status.</summary>
    public ScriptedInvoker Feed(IEnumerable<Runtime.Event> events, StatusCode? cut = null) => Then(_ => Stream(events, cut));

    /// <summary>The same of a session's events.</summary>
    public ScriptedInvoker Session(IEnumerable<Code.SessionEvent> events, StatusCode? cut = null) => Then(_ => Stream(events, cut));

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions options,
        TRequest request) =>
        new(
            Unary<TResponse>(method.FullName, request, options),
            Task.FromResult(new Metadata()),
            () => Status.DefaultSuccess,
            () => [],
            () => { });

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(new Reader<TResponse>((IAsyncEnumerable<TResponse>)Next(method.FullName, request, options)),
            Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    private static async IAsyncEnumerable<T> Stream<T>(IEnumerable<T> events, StatusCode? cut)
    {
        foreach (var item in events)
            yield return item;
        await Task.Yield();
        if (cut is { } status)
            throw new RpcException(new Status(status, "cut"));
    }

    private ScriptedInvoker Then(Func<object, object> line)
    {
        _script.Enqueue(line);
        return this;
    }

    private async Task<T> Unary<T>(string method, object request, CallOptions options)
    {
        await Task.Yield();
        return (T)Next(method, request, options);
    }

    private object Next(string method, object request, CallOptions options)
    {
        Calls.Add((method.Split('/')[^1], request, options.Headers ?? []));
        return _script.TryDequeue(out var line)
            ? line(request)
            : throw new InvalidOperationException($"The script has no answer to {method}.");
    }

    private sealed class Reader<T>(IAsyncEnumerable<T> items) : IAsyncStreamReader<T>
    {
        private readonly IAsyncEnumerator<T> _items = items.GetAsyncEnumerator();

        public T Current => _items.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await _items.MoveNextAsync();
        }
    }
}
