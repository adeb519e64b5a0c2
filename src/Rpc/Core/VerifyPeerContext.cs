namespace Grpc.Core;

/// <summary>The peer that a <see cref="VerifyPeerCallback"/> judges.</summary>
public class VerifyPeerContext
{
    internal VerifyPeerContext(string targetName, string peerPem) => (TargetName, PeerPem) = (targetName, peerPem);

    public string TargetName { get; }

    /// <summary>The certificate of the peer in PEM.</summary>
    public string PeerPem { get; }
}
