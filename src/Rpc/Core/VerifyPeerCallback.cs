namespace Grpc.Core;

/// <summary>Whether the peer of a TLS connection is accepted, after its chain was verified.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
