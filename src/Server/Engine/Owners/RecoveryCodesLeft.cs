namespace Koda.Server.Engine.Owners;

/// <summary>How many recovery codes are left of the set that was given last.</summary>
internal sealed record RecoveryCodesLeft(int Remaining, DateTime? CreatedAt);
