namespace Koda.Worker.Audit.Rules;

/// <summary>How bad a finding is, worst first.</summary>
internal enum Severity
{
    P0,
    P1,
    P2,
    P3,
}
