using Google.Protobuf;

namespace Grpc.Core;

/// <summary>Sends and reads the rich error model: <c>google.rpc.Status</c> in the trailer <c>grpc-status-details-bin</c>.</summary>
public static class RpcStatusExtensions
{
    private const string Key = "grpc-status-details-bin";

    /// <summary>An exception that ends a call with this status and all its details.</summary>
    public static RpcException ToRpcException(this Google.Rpc.Status status) => status.ToRpcException(status?.Message ?? "");

    /// <inheritdoc cref="ToRpcException(Google.Rpc.Status)"/>
    public static RpcException ToRpcException(this Google.Rpc.Status status, string message)
    {
        ArgumentNullException.ThrowIfNull(status);
        var trailers = new Metadata();
        trailers.SetRpcStatus(status);
        return new RpcException(new Status((StatusCode)status.Code, status.Message), trailers, message);
    }

    /// <summary>The rich status that came with an exception, or null.</summary>
    /// <exception cref="InvalidProtocolBufferException">The trailer is there but is no status.</exception>
    public static Google.Rpc.Status? GetRpcStatus(this RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.Trailers.GetRpcStatus();
    }

    /// <summary>The rich status in the trailers of a call, or null.</summary>
    /// <exception cref="InvalidProtocolBufferException">The trailer is there but is no status.</exception>
    public static Google.Rpc.Status? GetRpcStatus(this Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return metadata.Get(Key) is { } entry ? Google.Rpc.Status.Parser.ParseFrom(entry.ValueBytes) : null;
    }

    /// <summary>Puts a rich status into the trailers of a call, in place of any other.</summary>
    public static void SetRpcStatus(this Metadata metadata, Google.Rpc.Status status)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(status);
        if (metadata.Get(Key) is { } previous)
            metadata.Remove(previous);
        metadata.Add(Key, status.ToByteArray());
    }

    /// <summary>The first detail of a type, for example <c>ErrorInfo</c>, or null.</summary>
    public static T? GetDetail<T>(this Google.Rpc.Status status) where T : class, IMessage<T>, new()
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Details.FirstOrDefault(detail => detail.Is(new T().Descriptor))?.Unpack<T>();
    }

    /// <summary>The <c>ErrorInfo</c> that names the machine-readable reason of an error, or null.</summary>
    public static Google.Rpc.ErrorInfo? GetErrorInfo(this RpcException exception) =>
        exception.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>();
}
