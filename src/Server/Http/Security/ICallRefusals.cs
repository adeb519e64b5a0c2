namespace Koda.Server.Http;

/// <summary>Hears of every call that fails for the lack of a valid credential or of a right, wherever that is found.</summary>
internal interface ICallRefusals
{
    /// <summary>Records a refusal.</summary>
    /// <returns>Another fault to answer with, or null.</returns>
    ValueTask<RpcFault?> Refused(RpcCall call, CallFailure failure);
}
