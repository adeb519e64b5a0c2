namespace Koda.Rpc.AspNetCore;

/// <summary>Stands before every call, and refuses by throwing an <see cref="RpcFault"/>. All registered guards are asked, in their order.</summary>
public interface ICallGuard
{
    /// <summary>A call has come; who makes it is not known yet.</summary>
    ValueTask ArrivedAsync(RpcCallContext context);

    /// <summary>The caller is known and may make the call.</summary>
    ValueTask AdmittedAsync(RpcCallContext context);

    /// <summary>The call failed for the lack of a valid credential or of a right.</summary>
    /// <returns>Another fault to answer with, or null.</returns>
    ValueTask<RpcFault?> RefusedAsync(RpcCallContext context, CallFailure failure);
}
