using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;

namespace Koda.Rpc;

/// <summary>What the credentials of a channel say about its connections and its calls.</summary>
internal sealed class ChannelSecurity : ChannelCredentialsConfiguratorBase
{
    private readonly string _host;
    private string? _rootCertificates;
    private KeyCertificatePair? _clientCertificate;
    private VerifyPeerCallback? _verifyPeer;

    private ChannelSecurity(string host) => _host = host;

    public bool IsSecure { get; private set; }

    public CallCredentials? CallCredentials { get; private set; }

    /// <exception cref="ArgumentException">The credentials contradict the scheme of the address.</exception>
    public static ChannelSecurity For(Uri address, RpcChannelOptions options)
    {
        var isHttps = address.Scheme == Uri.UriSchemeHttps;
        var security = new ChannelSecurity(address.Host) { IsSecure = isHttps };
        options.Credentials?.InternalPopulateConfiguration(security, null);
        if (security.IsSecure != isHttps)
            throw new ArgumentException($"The credentials of the channel do not fit the scheme of {address}.", nameof(options));
        return security;
    }

    public override void SetInsecureCredentials(object? state) => IsSecure = false;

    public override void SetSslCredentials(
        object? state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    {
        IsSecure = true;
        (_rootCertificates, _clientCertificate, _verifyPeer) = (rootCertificates, keyCertificatePair, verifyPeerCallback);
    }

    public override void SetCompositeCredentials(object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        channelCredentials.InternalPopulateConfiguration(this, null);
        CallCredentials = CallCredentials is null ? callCredentials : CallCredentials.Compose(CallCredentials, callCredentials);
    }

    /// <summary>Null for the defaults.</summary>
    public SslClientAuthenticationOptions? CreateTlsOptions()
    {
        if (_rootCertificates is null && _clientCertificate is null && _verifyPeer is null)
            return null;
        var tls = new SslClientAuthenticationOptions();
        if (_rootCertificates is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPem(_rootCertificates);
        }
        if (_clientCertificate is not null)
            tls.ClientCertificates = [LoadCertificate(_clientCertificate)];
        if (_verifyPeer is { } verify)
            tls.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                errors == SslPolicyErrors.None && certificate is X509Certificate2 peer
                && verify(new VerifyPeerContext(_host, peer.ExportCertificatePem()));
        return tls;
    }

    private static X509Certificate2 LoadCertificate(KeyCertificatePair pair)
    {
        using var certificate = X509Certificate2.CreateFromPem(pair.CertificateChain, pair.PrivateKey);
        // A key that exists only in memory cannot be used for TLS on every platform; one from PKCS #12 can.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
