namespace Koda.Server.Engine.Principals;

/// <summary>The principals that every installation has.</summary>
internal static class PrincipalNames
{
    /// <summary>
    /// Kind and name of the principal for whom the owner's sessions, the operator's token file and the break-glass tokens speak.
    /// </summary>
    public const string Operator = "operator";
}
