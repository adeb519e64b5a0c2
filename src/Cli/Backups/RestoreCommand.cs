using System.CommandLine;
using System.Text.Json;
using Koda.Cli.Local;
using Koda.Cli.Terminal;
using Koda.Server.Hosting.Backups;

namespace Koda.Cli.Backups;

/// <summary><c>koda restore</c></summary>
internal static class RestoreCommand
{
    private const string More = """
        Every part is checked against the digest that was written with it, and the whole against the passphrase. An archive is SQL that runs
        in your database: restore none whose origin you do not know. Stop every server of the database first. What is there is replaced only
        with --replace, and stays as it is when the restore fails. Tasks that ran after the backup was made are as they were then, and run
        again.
        """;

    public static Command Create(CommonOptions common)
    {
        var file = new Argument<string>("FILE") { Description = "An archive of koda backup." };
        var passphrase = PassphraseInput.FileOption(
            "Open the master key by the first line of this file. Default: ask at the terminal when the archive holds one.");
        var replace = new Option<bool>("--replace")
        {
            Description = "Lose what the database, the skills and the master key of the target hold.",
        };
        var database = BackupCommand.DatabaseOption();
        var command = new TaughtCommand(
            "restore",
            "Brings a backup to a server that does not run: into an empty data directory and database, or in place of what is there.",
            """
            koda restore /backup/koda-2026-01-31.tar --data /var/lib/koda
            koda restore koda.tar --passphrase-file /root/koda.passphrase --replace
            koda verify --stored
            """,
            More) { file, passphrase, replace, database };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var progress = new ProgressLine(session.Terminal, session.Json);
            var report = await BackupCommand.Run(progress, async () =>
            {
                await using var archive = await ArchiveReader.Open(Path.GetFullPath(parse.GetRequiredValue(file)), cancellationToken);
                var given = parse.GetValue(passphrase);
                var isAsked = given is not null || archive.Manifest.MasterKeys is not null;
                var options = new BackupOptions
                {
                    File = parse.GetRequiredValue(file),
                    DataDirectory = session.Files.Directory,
                    DatabaseUrl = BackupCommand.DatabaseOf(parse.GetValue(database), session),
                    Passphrase = isAsked ? await PassphraseInput.Read(session.Terminal, given, cancellationToken) : null,
                    Replace = parse.GetValue(replace),
                    Report = progress.Show,
                };
                new LocalServer(session.Files.Directory).Prepare();
                return await new RestoreBackup(options, archive).Execute(cancellationToken);
            });
            session.Terminal.Out.WriteLine(session.Json ? Document(report) : Words(report));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Words(RestoreReport report)
    {
        var manifest = report.Manifest;
        var restored = $"Restored {BackupCommand.Contents(manifest)}, as they were at {manifest.CreatedAt:u}. "
            + "koda verify --stored recomputes every hash chain.";
        return report.HasMasterKey
            ? restored
            : $"{restored}\nThe archive holds no master key, and none is here: "
                + $"put the key {manifest.MasterKeyId} into master.key or KODA_MASTER_KEY before a server starts.";
    }

    private static string Document(RestoreReport report) => JsonSerializer.Serialize(new
    {
        created_at = report.Manifest.CreatedAt,
        version = report.Manifest.Koda,
        parts = report.Manifest.Parts.Count,
        master_key_id = report.Manifest.MasterKeyId,
        has_master_key = report.HasMasterKey,
    });
}
