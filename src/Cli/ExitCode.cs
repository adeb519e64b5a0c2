namespace Koda.Cli;

/// <summary>What the exit code of every command means. Scripts rely on it.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The task, or the command, failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a file or a request was wrong.</summary>
    public const int Usage = 2;

    /// <summary>No server answered.</summary>
    public const int Unreachable = 3;

    /// <summary>The task was cancelled.</summary>
    public const int Cancelled = 4;

    /// <summary>The task waits for an approval, and nobody is there to be asked.</summary>
    public const int WaitsForApproval = 5;

    /// <summary>The server did not accept the token.</summary>
    public const int Refused = 6;

    /// <summary>The database that a server was to use cannot be used.</summary>
    public const int Database = 7;

    /// <summary>A server cannot listen at its address.</summary>
    public const int Address = 8;

    /// <summary>The data directory cannot be used.</summary>
    public const int DataDirectory = 9;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;

    public const string Explanation = """
        Exit codes:
          0  done; a followed task completed
          1  the task or the command failed
          2  wrong usage, file or request
          3  no server answered
          4  the task was cancelled
          5  the task waits for an approval and nobody can be asked
          6  the server did not accept the token
          7  koda up, koda server: the database cannot be used
          8  koda up, koda server: the address cannot be listened on
          9  the data directory cannot be used: not writable, or its disk is full
          130  ended by Ctrl-C
        """;
}
