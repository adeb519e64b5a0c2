using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Tools;

/// <summary>The Unix user that a workspace's commands run as, and that the files which are made in it belong to.</summary>
internal sealed record CommandUser(uint Id, uint Group)
{
    private const string Accounts = "/etc/passwd";

    /// <summary>Somebody without files.</summary>
    public static CommandUser Nobody { get; } = new(65534, 65534);

    /// <summary>The worker's own user.</summary>
    public static CommandUser Own { get; } =
        OperatingSystem.IsLinux() ? new CommandUser(NativeFiles.EffectiveUser(), NativeFiles.EffectiveGroup()) : Nobody;

    /// <summary>Whether the worker runs as root.</summary>
    public static bool IsRoot => Own.Id == 0;

    /// <summary>The owner of a directory, when the worker is root and he is not. Null: the worker's own user.</summary>
    public static CommandUser? Of(string directory)
    {
        if (!IsRoot)
            return null;
        var (owner, group, _) = NativeFiles.Owner(directory);
        return owner == 0 ? null : new CommandUser(owner, GroupOf(owner) ?? (group == 0 ? owner : group));
    }

    /// <summary>The command line that runs <paramref name="command"/> as this user, without rights beyond his.</summary>
    /// <param name="setpriv">The program that does it.</param>
    /// <param name="command">The program and its arguments.</param>
    public IReadOnlyList<string> Running(string setpriv, IReadOnlyList<string> command) =>
        [
            setpriv,
            "--reuid",
            Text(Id),
            "--regid",
            Text(Group),
            "--clear-groups",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "--no-new-privs",
            "--",
            .. command,
        ];

    /// <summary>Gives him what the worker made in his workspace, so that his commands can change it.</summary>
    public void Take(SafeFileHandle made) => NativeFiles.ChangeOwner(made, Id, Group);

    /// <inheritdoc cref="Take(SafeFileHandle)"/>
    public void Take(string made) => NativeFiles.ChangeOwner(made, Id, Group);

    private static uint? GroupOf(uint user) =>
        !File.Exists(Accounts)
            ? null
            : File.ReadLines(Accounts)
                .Select(line => line.Split(':'))
                .Where(fields => fields.Length > 3 && fields[2] == Text(user))
                .Select(fields => uint.TryParse(fields[3], out var group) ? group : (uint?)null)
                .FirstOrDefault();

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
