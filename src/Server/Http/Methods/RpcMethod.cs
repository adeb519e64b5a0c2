using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http;

/// <summary>What the contract says of a served method. It is metadata of each of the method's endpoints.</summary>
internal sealed class RpcMethod
{
    internal RpcMethod(MethodDescriptor descriptor, MethodPolicy defaultPolicy)
    {
        Descriptor = descriptor;
        FullName = $"/{descriptor.Service.FullName}/{descriptor.Name}";
        Policy = descriptor.GetOptions()?.GetExtension(PolicyExtensions.Method) ?? defaultPolicy;
        ServicePolicy = descriptor.Service.GetOptions()?.GetExtension(PolicyExtensions.Service) ?? new ServicePolicy();
    }

    public MethodDescriptor Descriptor { get; }

    public MethodType Type => (Descriptor.IsClientStreaming, Descriptor.IsServerStreaming) switch
    {
        (false, false) => MethodType.Unary,
        (false, true) => MethodType.ServerStreaming,
        (true, false) => MethodType.ClientStreaming,
        _ => MethodType.DuplexStreaming,
    };

    /// <summary>The path by gRPC: `/package.Service/Method`.</summary>
    public string FullName { get; }

    /// <summary>The declared policy, or the one that the service was mapped with.</summary>
    public MethodPolicy Policy { get; }

    public ServicePolicy ServicePolicy { get; }

    /// <summary>Where calls are counted: the method's own bucket, else that of its service; null for nowhere.</summary>
    public RateBucket? RateBucket => Policy.RateBucket ?? ServicePolicy.RateBucket;
}
