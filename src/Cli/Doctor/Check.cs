namespace Koda.Cli.Doctor;

/// <summary>What one check of <c>koda doctor</c> found.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Advice">What to do. Null: nothing.</param>
internal sealed record Check(string Name, CheckStatus Status, string Detail, string? Advice = null);
