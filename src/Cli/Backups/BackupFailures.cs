using Koda.Server.Hosting;
using Koda.Server.Hosting.Backups;
using Npgsql;

namespace Koda.Cli.Backups;

/// <summary>Says why a backup was not written, or not restored.</summary>
internal static class BackupFailures
{
    public static async Task<T> InWords<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (BackupException e)
        {
            throw new CliException(e.Message, hint: e.Hint, code: e.Code);
        }
        catch (ServerStartException e)
        {
            throw new CliException(e.Message, ExitCode.Database, e.Hint, "database.unusable");
        }
        catch (NpgsqlException e)
        {
            throw new CliException($"The database failed: {e.Message}", ExitCode.Database, code: "database.failed");
        }
        catch (ArgumentException e)
        {
            throw new CliException(e.Message, ExitCode.Usage, code: "cli.usage");
        }
        catch (InvalidOperationException e)
        {
            throw new CliException(e.Message, code: "backup.failed");
        }
    }
}
