namespace Koda.Server.Engine.Owners;

/// <summary>The owner of the installation.</summary>
internal sealed record OwnerRecord(
    Guid PrincipalId,
    string Username,
    string Email,
    string DisplayName,
    string PasswordHash,
    DateTime CreatedAt,
    DateTime PasswordChangedAt)
{
    /// <summary>True for the username and the e-mail address, in any case.</summary>
    public bool IsCalled(string identifier) =>
        Username.Equals(identifier.Trim(), StringComparison.OrdinalIgnoreCase)
        || Email.Equals(identifier.Trim(), StringComparison.OrdinalIgnoreCase);
}
