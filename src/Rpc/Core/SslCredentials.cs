namespace Grpc.Core;

/// <summary>TLS, by default with the trust roots of the machine and without a client certificate.</summary>
public sealed class SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    : ChannelCredentials
{
    public SslCredentials() : this(null, null, null) { }

    public SslCredentials(string? rootCertificates) : this(rootCertificates, null, null) { }

    public SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null) { }

    /// <summary>The trusted roots in PEM; null for those of the machine.</summary>
    public string? RootCertificates => rootCertificates;

    /// <summary>The client's certificate; null for none.</summary>
    public KeyCertificatePair? KeyCertificatePair => keyCertificatePair;

    internal override bool IsComposable => true;

    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state) =>
        configurator.SetSslCredentials(state, rootCertificates, keyCertificatePair, verifyPeerCallback);
}
