namespace Koda.Worker.Tools;

/// <summary>
/// What usually holds credentials in the home directories of this machine. To open it is asked about, wherever the workspace is; only a
/// rule that names it allows it.
/// </summary>
internal sealed class Credentials
{
    private static readonly string[] s_usual =
    [
        // Keys and passwords of programs.
        ".ssh",
        ".gnupg",
        ".netrc",
        "_netrc",
        ".authinfo",
        ".authinfo.gpg",
        ".pgpass",
        ".my.cnf",
        ".mylogin.cnf",
        ".pg_service.conf",
        ".git-credentials",
        ".config/git/credentials",
        ".gitcookies",
        ".config/gh",
        ".config/glab-cli",
        ".config/hub",
        ".subversion/auth",
        ".password-store",
        ".local/share/keyrings",
        ".local/share/kwalletd",
        ".config/op",
        ".op",
        ".config/Bitwarden CLI",
        ".config/sops",
        ".config/age",
        ".vault-token",
        ".rclone.conf",
        ".config/rclone",
        ".s3cfg",
        ".boto",
        ".smbcredentials",
        ".config/filezilla",
        ".cert",
        ".pki",
        ".keychain",
        // Clouds and clusters.
        ".aws",
        ".azure",
        ".config/gcloud",
        ".config/doctl",
        ".config/hcloud",
        ".config/heroku",
        ".config/flyctl",
        ".fly",
        ".oci",
        ".aliyun",
        ".kube",
        ".docker/config.json",
        ".docker/contexts",
        ".config/containers/auth.json",
        ".config/helm/registry",
        ".helm/repository",
        ".terraform.d",
        ".terraformrc",
        ".pulumi/credentials.json",
        ".config/netlify",
        ".config/vercel",
        ".local/share/com.vercel.cli",
        ".wrangler",
        ".config/.wrangler",
        ".databrickscfg",
        ".snowflake",
        ".ansible/vault_pass",
        ".vault_pass",
        // Package registries.
        ".npmrc",
        ".yarnrc.yml",
        ".config/yarn",
        ".pypirc",
        ".config/pypoetry/auth.toml",
        ".pip/pip.conf",
        ".config/pip/pip.conf",
        ".cargo/credentials",
        ".cargo/credentials.toml",
        ".nuget/NuGet/NuGet.Config",
        ".config/NuGet/NuGet.Config",
        ".gem/credentials",
        ".local/share/gem/credentials",
        ".bundle/config",
        ".m2/settings.xml",
        ".m2/settings-security.xml",
        ".gradle/gradle.properties",
        ".composer/auth.json",
        ".config/composer/auth.json",
        ".hex",
        ".condarc",
        ".sbt/.credentials",
        // Assistants and models.
        ".claude",
        ".claude.json",
        ".codex",
        ".gemini",
        ".config/github-copilot",
        ".copilot",
        ".cursor",
        ".config/opencode",
        ".local/share/opencode",
        ".continue",
        ".aider.conf.yml",
        ".config/goose",
        ".huggingface",
        ".cache/huggingface/token",
        ".kaggle",
        ".wandb",
        ".config/openai",
        // Browsers, mail, money.
        ".mozilla",
        ".config/google-chrome",
        ".config/chromium",
        ".config/BraveSoftware",
        ".config/microsoft-edge",
        ".config/vivaldi",
        ".config/opera",
        "snap/firefox",
        "snap/chromium",
        ".var/app/org.mozilla.firefox",
        ".thunderbird",
        ".config/Slack",
        ".config/discord",
        ".config/Signal",
        ".bitcoin",
        ".ethereum",
        ".electrum",
        "Library/Keychains",
        "Library/Application Support/Google/Chrome",
        "Library/Application Support/Firefox",
        "Library/Cookies",
        // What was typed.
        ".bash_history",
        ".zsh_history",
        ".histfile",
        ".sh_history",
        ".ash_history",
        ".local/share/fish/fish_history",
        ".python_history",
        ".node_repl_history",
        ".psql_history",
        ".mysql_history",
        ".sqlite_history",
        ".rediscli_history",
        ".lesshst",
        ".viminfo",
    ];

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _paths;
    private (Dictionary<FileIdentity, string> Files, long Until) _named = ([], long.MinValue);

    /// <param name="homes">The home directories.</param>
    public Credentials(IEnumerable<string> homes) => _paths = [.. homes.Distinct().SelectMany(Of).Where(path => path != "/")];

    /// <summary>Where they would be.</summary>
    public IEnumerable<string> All => _paths;

    /// <summary>The home directories of this machine's users.</summary>
    public static IEnumerable<string> Homes =>
        Users().Prepend(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)).Where(Path.IsPathRooted);

    /// <summary>The one that a real path is or lies in, also by a hard link. Null: none.</summary>
    public string? Holding(string real)
    {
        for (var at = real; at is not null; at = Path.GetDirectoryName(at))
        {
            if (_paths.Contains(at))
                return at;
        }
        return FileFacts.Of(real) is { IsFile: true, Names: > 1 } linked ? Files().GetValueOrDefault(linked.Identity) : null;
    }

    // By what they are: those files of a directory that lie in it directly.
    private Dictionary<FileIdentity, string> Files()
    {
        var now = Environment.TickCount64;
        if (_named.Until > now)
            return _named.Files;
        var files = new Dictionary<FileIdentity, string>();
        foreach (var path in _paths.Where(Path.Exists))
        {
            foreach (var file in Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", s_everything) : [path])
            {
                if (FileFacts.Of(file, followLink: false) is { } facts)
                    files[facts.Identity] = path;
            }
        }
        _named = (files, now + (long)s_fresh.TotalMilliseconds);
        return files;
    }

    private static IEnumerable<string> Of(string home)
    {
        var real = RealPaths.Resolve(home);
        foreach (var path in s_usual.Select(name => $"{real.TrimEnd('/')}/{name}"))
        {
            yield return path;
            // Who keeps such files in a repository of their own links to them.
            if (Path.Exists(path) && RealPaths.Resolve(path) is var elsewhere && elsewhere != path)
                yield return elsewhere;
        }
    }

    private static IEnumerable<string> Users()
    {
        try
        {
            return
            [
                .. File.ReadLines("/etc/passwd")
                    .Select(line => line.Split(':'))
                    .Where(user => user.Length > 5)
                    .Select(user => user[5])
                    .Where(Directory.Exists),
            ];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Then the home of the worker's own user is all that is known.
            return [];
        }
    }
}
