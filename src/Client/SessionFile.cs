using System.Text.Json;

namespace Koda.Client;

/// <summary>
/// What a sign-in on this machine gave to a person, in a file that only they can read: the session, or what makes the device known.
/// </summary>
/// <param name="path">The file.</param>
public sealed class SessionFile(string path)
{
    /// <summary>The token for this server. Null: nobody signed in to it here.</summary>
    public string? Read(Uri url)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var stored = JsonSerializer.Deserialize<Stored>(File.ReadAllText(path));
            return stored is not null && Discovery.SameServer(url, stored.Url) ? stored.Token : null;
        }
        catch (JsonException)
        {
            // Not written by this program: as good as none.
            return null;
        }
    }

    /// <summary>Keeps a token, in the place of any other.</summary>
    public void Write(Uri url, string token)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new StreamWriter(draft, options)) file.WriteLine(JsonSerializer.Serialize(new Stored(url, token)));
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Forgets the token.</summary>
    public void Delete() => File.Delete(path);

    private sealed record Stored(Uri Url, string Token);
}
