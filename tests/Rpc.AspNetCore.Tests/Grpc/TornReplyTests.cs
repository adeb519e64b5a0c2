using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Grpc;

public sealed class TornReplyTests
{
    [Fact]
    public async Task A_reply_that_breaks_off_half_written_resets_the_stream()
    {
        await using var server = await ProbeServer.StartAsync(map: app => app.MapRpcService<TornService>(new MethodPolicy { Anonymous = true }));
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => server.Raw.CallAsync("/testing.probe.v1.TornService/Tear", "x"));
        Assert.Equal(0x2, Assert.IsType<HttpProtocolException>(error.InnerException).ErrorCode);
        Assert.Contains(server.Log.Calls, entry => entry.Exception?.Message == "half-way");
    }

    /// <summary>Stands in for a generated service, with a serializer that announces ten bytes, writes three, and breaks.</summary>
    private static class TornBinding
    {
        public static ServiceDescriptor Descriptor => ProbeReflection.Descriptor.Services.Single(service => service.Name == "TornService");

        public static void BindService(ServiceBinderBase binder, TornService? service)
        {
            var requests = Marshallers.Create<ProbeRequest>(request => request.ToByteArray(), ProbeRequest.Parser.ParseFrom);
            var replies = new Marshaller<ProbeReply>(WriteHalf, _ => new ProbeReply());
            var method = new Method<ProbeRequest, ProbeReply>(MethodType.Unary, Descriptor.FullName, "Tear", requests, replies);
            binder.AddMethod(method, service is null ? null : new UnaryServerMethod<ProbeRequest, ProbeReply>(service.Tear));
        }

        private static void WriteHalf(ProbeReply reply, SerializationContext context)
        {
            context.SetPayloadLength(10);
            context.GetBufferWriter().Write<byte>([1, 2, 3]);
            throw new InvalidOperationException("half-way");
        }
    }

    [BindServiceMethod(typeof(TornBinding), nameof(TornBinding.BindService))]
    private sealed class TornService
    {
        public Task<ProbeReply> Tear(ProbeRequest request, ServerCallContext context) => Task.FromResult(ProbeHandlers.Reply(request.Text));
    }
}
