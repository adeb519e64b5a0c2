namespace Koda.Worker.Snapshots;

/// <summary>The ignore file that the worker's user has for all repositories.</summary>
internal static class UserExcludes
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromMinutes(1);

    // The worker has one user.
    private static (long Until, string? File)? s_known;

    /// <param name="git">Git, anywhere.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    /// <returns>Its path. Null: there is none.</returns>
    public static async Task<string?> Find(Git git, CancellationToken cancellationToken)
    {
        if (s_known is var (until, known) && until > Environment.TickCount64)
            return known;
        var found = await Ask(git, cancellationToken);
        s_known = (Environment.TickCount64 + (long)s_fresh.TotalMilliseconds, found);
        return found;
    }

    private static async Task<string?> Ask(Git git, CancellationToken cancellationToken)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var configured = await git.With(("HOME", home), ("GIT_CONFIG_GLOBAL", Configuration(home)))
            .Try(["config", "--global", "--type=path", "--get", "core.excludesFile"], "", int.MaxValue, cancellationToken);
        var file = configured.ExitCode == 0 ? GitText.Shown(configured.Output).TrimEnd('\n') : $"{Xdg(home)}/ignore";
        return File.Exists(file) ? file : null;
    }

    private static string Configuration(string home) => File.Exists($"{home}/.gitconfig") ? $"{home}/.gitconfig" : $"{Xdg(home)}/config";

    private static string Xdg(string home) =>
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } set ? $"{set}/git" : $"{home}/.config/git";
}
