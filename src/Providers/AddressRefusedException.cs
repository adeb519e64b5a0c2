namespace Koda.Providers;

/// <summary>Nothing was sent: the host is, or turned out to be, at an address that may not be asked.</summary>
/// <param name="host">The host as it was written.</param>
internal sealed class AddressRefusedException(string host)
    : Exception($"Connecting to {host} is refused: it is a local, private or metadata address.")
{
    /// <summary>The refusal among the causes of a failed request. Null: it failed for another reason.</summary>
    public static AddressRefusedException? Among(Exception? failure)
    {
        while (failure is not (null or AddressRefusedException))
            failure = failure.InnerException;
        return (AddressRefusedException?)failure;
    }
}
