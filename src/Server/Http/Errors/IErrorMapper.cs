namespace Koda.Server.Http;

/// <summary>
/// Turns exceptions of a domain into faults. Mappers are asked in the order of their registration; the first answer counts.
/// </summary>
internal interface IErrorMapper
{
    /// <summary>The fault for an exception, or null when this mapper does not know it.</summary>
    RpcFault? Map(Exception exception);
}
