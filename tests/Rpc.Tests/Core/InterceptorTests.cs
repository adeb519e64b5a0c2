using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Rpc.Tests.Channel;

namespace Koda.Rpc.Tests.Core;

public sealed class InterceptorTests
{
    private static readonly Method<string, string> s_method =
        new(MethodType.Unary, "test.Echo", "Unary", Marshallers.StringMarshaller, Marshallers.StringMarshaller);

    [Fact]
    public async Task The_first_of_several_interceptors_sees_a_call_first()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync(http.Request.Headers["trail"].ToString()));
        using var channel = server.Connect();
        var invoker = channel.Intercept(new Trail("outer"), new Trail("inner"));
        Assert.Equal("outer, inner", await invoker.AsyncUnaryCall(s_method, null, default, ""));
    }

    [Fact]
    public async Task A_function_may_replace_the_metadata_of_every_call()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync(http.Request.Headers.Authorization!));
        using var channel = server.Connect();
        var invoker = channel.Intercept(metadata =>
        {
            metadata.Add("authorization", "Bearer token");
            return metadata;
        });
        Assert.Equal("Bearer token", await invoker.AsyncUnaryCall(s_method, null, default, ""));
    }

    [Fact]
    public async Task A_client_with_a_host_names_it_in_every_call()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync(http.Request.Host.Value!));
        using var channel = server.Connect();
        Assert.Equal("tenant.example", await new EchoClient(channel).WithHost("tenant.example").CallAsync());
    }

    [Fact]
    public async Task A_service_may_be_intercepted()
    {
        var definition = ServerServiceDefinition.CreateBuilder().AddMethod(s_method, Handled).Build();
        var binder = new CapturingBinder();
        definition.Intercept(new Suffix(" outer"), new Suffix(" inner")).BindService(binder);
        Assert.Equal("call handled inner outer", await binder.Handler!("call", null!));
    }

    [Fact]
    public void A_method_is_added_to_a_service_once()
    {
        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(s_method, Handled);
        Assert.Throws<ArgumentException>(() => builder.AddMethod(s_method, Handled));
    }

    private static Task<string> Handled(string request, ServerCallContext context) => Task.FromResult(request + " handled");

    private sealed class EchoClient : ClientBase<EchoClient>
    {
        public EchoClient(ChannelBase channel) : base(channel) { }

        private EchoClient(ClientBaseConfiguration configuration) : base(configuration) { }

        public Task<string> CallAsync() => CallInvoker.AsyncUnaryCall(s_method, null, default, "").ResponseAsync;

        protected override EchoClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);
    }

    private sealed class Trail(string name) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            var headers = new Metadata();
            foreach (var entry in context.Options.Headers ?? [])
                headers.Add(entry);
            headers.Add("trail", name);
            return continuation(request, new(context.Method, context.Host, context.Options.WithHeaders(headers)));
        }
    }

    private sealed class Suffix(string text) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            (TResponse)(object)(await continuation(request, context) + text);
    }

    private sealed class CapturingBinder : ServiceBinderBase
    {
        public UnaryServerMethod<string, string>? Handler { get; private set; }

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            Handler = (UnaryServerMethod<string, string>)(object)handler!;
    }
}
