using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

/// <summary>
/// A served method: its description, its policy, and a way to call it with messages of any origin.
/// The interceptors run inside; all else that a call goes through is the <see cref="CallPipeline"/>'s, which every face uses.
/// </summary>
public abstract class RpcMethod
{
    private protected RpcMethod(MethodDescriptor descriptor, MethodType type, MethodPolicy defaultPolicy)
    {
        Descriptor = descriptor;
        Type = type;
        FullName = $"/{descriptor.Service.FullName}/{descriptor.Name}";
        Policy = descriptor.GetOptions()?.GetExtension(PolicyExtensions.Method) ?? defaultPolicy;
        ServicePolicy = descriptor.Service.GetOptions()?.GetExtension(PolicyExtensions.Service) ?? new ServicePolicy();
    }

    public MethodDescriptor Descriptor { get; }

    public MethodType Type { get; }

    /// <summary>The path by gRPC: `/package.Service/Method`.</summary>
    public string FullName { get; }

    /// <summary>The declared policy, or the one that the service was mapped with.</summary>
    public MethodPolicy Policy { get; }

    public ServicePolicy ServicePolicy { get; }

    public MessageParser RequestParser => Descriptor.InputType.Parser;

    public MessageParser ResponseParser => Descriptor.OutputType.Parser;

    /// <summary>Calls a unary method.</summary>
    /// <exception cref="InvalidOperationException">The method is of another type.</exception>
    public virtual Task<IMessage> UnaryAsync(RpcCallContext context, IMessage request) => throw WrongType();

    /// <summary>Calls a server-streaming method; it ends when the last reply is written.</summary>
    /// <exception cref="InvalidOperationException">The method is of another type.</exception>
    public virtual Task ServerStreamingAsync(RpcCallContext context, IMessage request, IServerStreamWriter<IMessage> replies) =>
        throw WrongType();

    /// <summary>Calls a client-streaming method.</summary>
    /// <exception cref="InvalidOperationException">The method is of another type.</exception>
    public virtual Task<IMessage> ClientStreamingAsync(RpcCallContext context, IAsyncStreamReader<IMessage> requests) => throw WrongType();

    /// <summary>Calls a bidirectional method; it ends when the last reply is written.</summary>
    /// <exception cref="InvalidOperationException">The method is of another type.</exception>
    public virtual Task DuplexAsync(
        RpcCallContext context, IAsyncStreamReader<IMessage> requests, IServerStreamWriter<IMessage> replies) => throw WrongType();

    private InvalidOperationException WrongType() => new($"{FullName} is {Type}.");
}
