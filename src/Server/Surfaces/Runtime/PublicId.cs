namespace Koda.Server.Surfaces.Runtime;

/// <summary>The ids of the runtime API.</summary>
internal static class PublicId
{
    public static string Task(Guid id) => Base32Id.Format("tsk_", id);

    public static string Approval(Guid id) => Base32Id.Format("apr_", id);

    public static bool TryTask(string text, out Guid id) => Base32Id.TryParse("tsk_", text, out id);

    public static bool TryApproval(string text, out Guid id) => Base32Id.TryParse("apr_", text, out id);
}
