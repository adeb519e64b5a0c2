namespace Koda.Server.Engine.Owners;

/// <summary>Where an installation stands, and its owner if there is one.</summary>
internal sealed record AuthState(InstallationStatus Installation, OwnerRecord? Owner);

/// <summary>Tells where the installation stands.</summary>
internal sealed class ReadAuthStatus(OwnerStore owners)
{
    public async Task<AuthState> Execute(CancellationToken cancellationToken) =>
        new(await owners.Status(cancellationToken), await owners.Find(cancellationToken));
}
