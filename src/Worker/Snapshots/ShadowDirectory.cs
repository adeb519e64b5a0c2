using System.Security.Cryptography;
using System.Text;

namespace Koda.Worker.Snapshots;

/// <summary>
/// A git directory of Koda's own for one workspace. All work on files goes through it, so that neither the configuration, the filters, the
/// hooks nor the index of the user's repository have a say: what is kept is what the files hold, byte for byte.
/// </summary>
internal sealed class ShadowDirectory
{
    private const string Attributes = "* -text -filter -ident !eol !working-tree-encoding\n";

    private ShadowDirectory(string path) => Path = path;

    public string Path { get; }

    /// <summary>Where the directories of a workspace lie.</summary>
    public static string Home(string data, string workspace) =>
        System.IO.Path.Combine(data, "snapshots", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(workspace)))[..32]);

    /// <summary>Opens the directory that keeps snapshots itself, or makes it.</summary>
    public static ShadowDirectory OpenOwn(string home) => Open($"{home}/own.git", "sha1");

    /// <summary>Opens the directory that keeps snapshots in the user's repository, or makes it.</summary>
    public static ShadowDirectory OpenBeside(string home, UserRepository repository) => Open($"{home}/beside.git", repository.Format);

    /// <summary>The index of a conversation: what its latest snapshot holds, and when each file was looked at.</summary>
    public string Index(Guid conversationId) => $"{Path}/index-{conversationId}";

    /// <summary>Whether a ref is in it.</summary>
    public bool Has(string name) =>
        File.Exists($"{Path}/{name}")
        || (
            File.Exists($"{Path}/packed-refs")
            && File.ReadLines($"{Path}/packed-refs").Any(line => line.EndsWith(name, StringComparison.Ordinal)));

    /// <summary>Notes what is ignored beside the files named .gitignore.</summary>
    public void Exclude(string? file) =>
        Write("info/exclude", file is not null && File.Exists(file) ? File.ReadAllBytes(file) : []);

    private static ShadowDirectory Open(string path, string format)
    {
        var shadow = new ShadowDirectory(path);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var part in new[] { "objects", "refs", "info" })
            Directory.CreateDirectory($"{path}/{part}");
        var version = format == "sha1" ? "0" : $"1\n[extensions]\n\tobjectFormat = {format}";
        shadow.Write("HEAD", "ref: refs/heads/none\n"u8);
        var config = $"[core]\n\tbare = false\n\tfileMode = true\n\trepositoryFormatVersion = {version}\n";
        shadow.Write("config", Encoding.UTF8.GetBytes(config));
        shadow.Write("info/attributes", Encoding.UTF8.GetBytes(Attributes));
        return shadow;
    }

    // Written under another name first: a file that is half there would be read by whoever works on another conversation.
    private void Write(string name, ReadOnlySpan<byte> content)
    {
        var file = $"{Path}/{name}";
        if (File.Exists(file) && content.SequenceEqual(File.ReadAllBytes(file)))
            return;
        var temporary = $"{file}.{Guid.NewGuid():N}";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, file, overwrite: true);
    }
}
