namespace Grpc.Core;

/// <summary>Which of the two sides of a call sends a stream.</summary>
public enum MethodType
{
    Unary,
    ClientStreaming,
    ServerStreaming,
    DuplexStreaming,
}
