namespace Grpc.Core;

/// <summary>The responses of a call that the server streams. The end of the handler ends the stream.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;
