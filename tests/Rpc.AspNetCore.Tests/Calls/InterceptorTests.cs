using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Calls;

public sealed class InterceptorTests
{
    [Fact]
    public async Task Interceptors_run_in_the_order_of_their_registration_on_every_kind_of_call()
    {
        var trace = new List<string>();
        await using var server = await ProbeServer.StartAsync(services: services => services
            .AddSingleton<Interceptor>(new Tracer("outer", trace))
            .AddSingleton<Interceptor>(new Tracer("inner", trace)));
        foreach (var method in new[] { "Unary", "Watch", "Collect", "Chat" })
        {
            trace.Clear();
            Assert.Equal(["x"], (await server.Raw.CallAsync(method, "x")).Texts);
            Assert.Equal(["outer", "inner"], trace);
        }
    }

    [Fact]
    public async Task An_interceptor_can_refuse_a_call()
    {
        await using var server = await ProbeServer.StartAsync(services: services => services.AddSingleton<Interceptor, Refusal>());
        Assert.Equal((int)StatusCode.OutOfRange, (await server.Raw.CallAsync("Unary", "x")).GrpcStatus);
    }

    [Fact]
    public async Task Each_call_has_services_of_its_own_which_end_with_it()
    {
        var scoped = new List<Scoped>();
        await using var server = await ProbeServer.StartAsync(services: services => services.AddScoped<Scoped>());
        server.Handlers.Unary = (_, context) =>
        {
            scoped.Add(context.GetHttpContext().RequestServices.GetRequiredService<Scoped>());
            return Task.FromResult(new ProbeReply());
        };
        await server.Raw.CallAsync("Unary", "x");
        await server.Raw.CallAsync("Unary", "x");
        Assert.NotSame(scoped[0], scoped[1]);
        await Eventually.TrueAsync(() => scoped.TrueForAll(service => service.IsDisposed));
    }

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Refusal : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw new RpcException(new Status(StatusCode.OutOfRange, "refused"));
    }

    private sealed class Tracer(string name, List<string> trace) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            trace.Add(name);
            return continuation(request, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            trace.Add(name);
            return continuation(request, responseStream, context);
        }

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            trace.Add(name);
            return continuation(requestStream, context);
        }

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            trace.Add(name);
            return continuation(requestStream, responseStream, context);
        }
    }
}
