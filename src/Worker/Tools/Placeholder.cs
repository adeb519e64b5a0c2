using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Tools;

/// <summary>
/// Something harmless in the place of what is not there, so that a sandbox can keep it from being made: nothing can be mounted on a name
/// that does not exist. Who has one holds a lock on it, which ends with him, also when he is killed; who made it takes it away again when
/// nobody else holds it and nothing has become of it. One that is left over does no harm.
/// </summary>
internal sealed class Placeholder : IDisposable
{
    private const int Attempts = 10;

    private readonly string _path;
    private readonly string? _text;
    private readonly SafeFileHandle _held;
    private readonly bool _isMade;

    private Placeholder(string path, string? text, SafeFileHandle held, bool isMade) =>
        (_path, _text, _held, _isMade) = (path, text, held, isMade);

    /// <summary>Makes one, or holds one that another made. Null: nobody can make anything there, or something else is there.</summary>
    /// <param name="path">Where.</param>
    /// <param name="text">What a file holds. Null: it is a directory.</param>
    /// <param name="user">Whom it is to belong to. Null: the worker's own user.</param>
    public static Placeholder? Hold(string path, string? text, CommandUser? user)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var isMade = !Path.Exists(path);
            try
            {
                if (isMade)
                    Make(path, text, user);
                var held = NativeFiles.OpenToHold(path);
                // Who held it before may have taken it away meanwhile.
                if (NativeFiles.Lock(held, exclusive: false) && Path.Exists(path) && NativeFiles.RealPath(held) == path)
                    return new Placeholder(path, text, held, isMade);
                held.Dispose();
            }
            catch (FileNotFoundException)
            {
                // It is gone again: the next attempt makes it anew.
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (!Path.Exists(path))
                    return null;
            }
        }
        throw new ToolException($"'{path}' could not be kept from being changed.");
    }

    /// <summary>Whether something at a path may be a placeholder, whoever made it.</summary>
    public static bool IsOne(string path, string? text) => text is null
        ? Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any()
        : new FileInfo(path) is { Exists: true } file && file.Length == text.Length && File.ReadAllText(path) == text;

    public void Dispose()
    {
        using (_held)
        {
            // What holds text is nobody else's: whoever is last takes it away.
            if (!(_isMade || _text is { Length: > 0 })
                || !Path.Exists(_path)
                || !IsOne(_path, _text)
                || !NativeFiles.Lock(_held, exclusive: true))
                return;
            if (_text is null)
                Directory.Delete(_path);
            else
                File.Delete(_path);
        }
    }

    private static void Make(string path, string? text, CommandUser? user)
    {
        if (text is null)
        {
            Directory.CreateDirectory(path);
            user?.Take(path);
            return;
        }
        // It is never seen half written: a program that reads it then would take it for broken.
        var draft = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(draft, text);
        user?.Take(draft);
        File.Move(draft, path);
    }
}
