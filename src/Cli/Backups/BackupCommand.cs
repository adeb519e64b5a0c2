using System.CommandLine;
using System.Text.Json;
using Koda.Cli.Terminal;
using Koda.Server.Hosting.Backups;

namespace Koda.Cli.Backups;

/// <summary><c>koda backup</c></summary>
internal static class BackupCommand
{
    private const string More = """
        The archive is a tar with the database (by pg_dump), the artifacts that it names, the skills of the data directory, and the master
        key, sealed by a passphrase. It is one moment's, also while servers work. Only its owner can read it. It holds what agents wrote and
        read: keep it as safe as the database. Without the passphrase nobody opens the stored secrets, so keep that too, elsewhere.
        """;

    public static Command Create(CommonOptions common)
    {
        var file = new Argument<string>("FILE") { Description = "The archive. It must not exist." };
        var passphrase = PassphraseInput.FileOption("Seal the master key by the first line of this file. Default: ask at the terminal.");
        var withoutKey = new Option<bool>("--without-key")
        {
            Description = "Leave the master key out. Without it, stored secrets cannot be read after a restore.",
        };
        var database = DatabaseOption();
        var command = new TaughtCommand(
            "backup",
            "Writes the database, the artifacts, the skills and the sealed master key of a server to one file. The server may run.",
            """
            koda backup /backup/koda-$(date +%F).tar --passphrase-file /root/koda.passphrase
            KODA_DATABASE_URL=postgres://koda@db/koda koda backup koda.tar --data /var/lib/koda
            """,
            More) { file, passphrase, withoutKey, database };
        command.Validators.Add(result =>
        {
            if (result.GetValue(withoutKey) && result.GetValue(passphrase) is not null)
                result.AddError("--passphrase-file seals the key that --without-key leaves out: give one of the two.");
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var progress = new ProgressLine(session.Terminal, session.Json);
            var options = new BackupOptions
            {
                File = Path.GetFullPath(parse.GetRequiredValue(file)),
                DataDirectory = session.Files.Directory,
                DatabaseUrl = DatabaseOf(parse.GetValue(database), session),
                Passphrase = parse.GetValue(withoutKey)
                    ? null
                    : await PassphraseInput.ReadNew(session.Terminal, parse.GetValue(passphrase), cancellationToken),
                Report = progress.Show,
            };
            var manifest = await Run(progress, () => new WriteBackup(options).Execute(cancellationToken));
            session.Terminal.Out.WriteLine(session.Json ? Document(options, manifest) : Words(options, manifest));
            return ExitCode.Ok;
        });
        return command;
    }

    public static Option<string?> DatabaseOption() => new("--database-url")
    {
        Description = "A PostgreSQL server of yours. Default: $KODA_DATABASE_URL, or the private one in the data directory.",
        HelpName = "URL",
    };

    public static string? DatabaseOf(string? given, Session session) =>
        given ?? session.Terminal.Environment("KODA_DATABASE_URL") switch { "" => null, var url => url };

    public static async Task<T> Run<T>(ProgressLine progress, Func<Task<T>> work)
    {
        try
        {
            var done = await BackupFailures.InWords(work);
            progress.End();
            return done;
        }
        finally
        {
            progress.Abandon();
        }
    }

    /// <summary>How much of what an archive holds.</summary>
    public static string Contents(BackupManifest manifest)
    {
        var artifacts = manifest.Parts.Count(part => ArchiveNames.ArtifactDigest(part.Name) is not null);
        var skills = manifest.Parts.Count(part => ArchiveNames.SkillFile(part.Name) is not null);
        return $"the database, {Units.Count(artifacts, "artifact file")}, {Units.Count(skills, "skill")}";
    }

    private static string Words(BackupOptions options, BackupManifest manifest)
    {
        var key = manifest.MasterKeys is null
            ? "The master key is not in it: keep that apart, stored secrets cannot be read without."
            : "The master key is in it, sealed by the passphrase: keep that apart, nobody can open it without.";
        return $"{options.File} holds {Contents(manifest)}: {new FileInfo(options.File).Length:N0} bytes.\n{key}";
    }

    private static string Document(BackupOptions options, BackupManifest manifest) => JsonSerializer.Serialize(new
    {
        file = options.File,
        bytes = new FileInfo(options.File).Length,
        created_at = manifest.CreatedAt,
        version = manifest.Koda,
        parts = manifest.Parts.Count,
        master_key_id = manifest.MasterKeyId,
        has_master_key = manifest.MasterKeys is not null,
    });
}
