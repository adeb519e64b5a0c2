namespace Koda.Worker.Tools;

/// <summary>The settings of the kernel that keep a sandbox from working.</summary>
internal static class KernelSettings
{
    private static readonly (string Name, string Bad)[] s_settings =
    [
        ("user.max_user_namespaces", "0"),
        ("kernel.unprivileged_userns_clone", "0"),
        ("kernel.apparmor_restrict_unprivileged_userns", "1"),
    ];

    /// <summary>Those that forbid user namespaces here, as a part of a sentence; empty when none does.</summary>
    public static string Forbidding => string.Concat(s_settings.Where(setting => Value(setting.Name) == setting.Bad)
        .Select(setting => $" The kernel forbids user namespaces: {setting.Name} is {setting.Bad}."));

    private static string? Value(string name)
    {
        var file = $"/proc/sys/{name.Replace('.', '/')}";
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }
}
