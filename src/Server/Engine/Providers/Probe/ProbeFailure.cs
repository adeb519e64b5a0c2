namespace Koda.Server.Engine.Providers;

/// <summary>
/// A provider that did not answer as it should. The code is one of failed model calls, or <c>provider.address_refused</c>.
/// </summary>
internal sealed class ProbeFailure(string code, string message, int status = 0, Exception? innerException = null)
    : Exception(message, innerException)
{
    public const string AddressRefused = "provider.address_refused";

    public string Code { get; } = code;

    /// <summary>The HTTP status. 0: there was no answer.</summary>
    public int Status { get; } = status;
}
