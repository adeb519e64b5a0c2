namespace Grpc.Core;

/// <summary>The requests of a call that the client streams.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Says that no more requests follow. To be called once.</summary>
    Task CompleteAsync();
}
