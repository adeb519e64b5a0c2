namespace Koda.Server.Engine.Owners;

/// <summary>How far an installation is.</summary>
/// <param name="HasOwner">An owner is registered.</param>
/// <param name="HasRecoveryCodes">The owner has recovery codes left.</param>
/// <param name="IsOnboarded">An owner, a provider and an active agent are there.</param>
internal sealed record InstallationStatus(bool HasOwner, bool HasRecoveryCodes, bool IsOnboarded);
