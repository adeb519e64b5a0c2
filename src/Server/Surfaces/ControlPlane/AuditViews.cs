using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Audit;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows audit events.</summary>
internal static class AuditViews
{
    public static Wire.AuditEvent From(AuditEntry entry)
    {
        var shown = new Wire.AuditEvent
        {
            Seq = entry.Seq,
            Time = Timestamp.FromDateTime(entry.Time),
            Kind = entry.Kind,
            Actor = entry.Actor,
        };
        if (entry.Content is not { } content)
            return shown;
        shown.Name = content.Name;
        shown.Credential = Credential(content.Credential);
        shown.CredentialId = content.CredentialId?.ToString() ?? "";
        shown.Address = content.Address;
        shown.UserAgent = content.UserAgent;
        shown.Target = content.Target;
        shown.Outcome = content.Outcome switch
        {
            SecurityOutcome.Success => Wire.AuditOutcome.Success,
            SecurityOutcome.Failure => Wire.AuditOutcome.Failure,
            _ => Wire.AuditOutcome.Denied,
        };
        shown.Details.Add(content.Details.ToDictionary(detail => detail.Key, detail => detail.Value));
        return shown;
    }

    public static SecurityOutcome? Outcome(Wire.AuditOutcome outcome) => outcome switch
    {
        Wire.AuditOutcome.Success => SecurityOutcome.Success,
        Wire.AuditOutcome.Failure => SecurityOutcome.Failure,
        Wire.AuditOutcome.Denied => SecurityOutcome.Denied,
        _ => null,
    };

    private static Wire.AuditCredential Credential(CredentialKind kind) => kind switch
    {
        CredentialKind.Session => Wire.AuditCredential.Session,
        CredentialKind.Token => Wire.AuditCredential.Token,
        CredentialKind.BreakGlass => Wire.AuditCredential.BreakGlass,
        CredentialKind.RuntimeToken => Wire.AuditCredential.RuntimeToken,
        _ => Wire.AuditCredential.Unspecified,
    };
}
