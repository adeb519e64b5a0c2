namespace Koda.Files;

/// <summary>Paths with every link on the way resolved.</summary>
internal static class RealPaths
{
    private const int MaxLinks = 40;

    /// <summary>Resolves an absolute path as the kernel would. Parts that do not exist are kept as they are.</summary>
    /// <exception cref="IOException">The links go round in a circle.</exception>
    public static string Resolve(string absolute)
    {
        var rest = new Stack<string>(Parts(absolute).Reverse());
        var real = new List<string>();
        var links = 0;
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                if (real.Count > 0)
                    real.RemoveAt(real.Count - 1);
                continue;
            }
            real.Add(part);
            // The links of /proc mean another place to every process that follows them.
            if (real[0] == "proc")
                continue;
            if (new FileInfo(Join(real)).LinkTarget is not { } target)
                continue;
            if (++links > MaxLinks)
                throw new IOException($"'{absolute}' goes through too many links.");
            real.RemoveAt(real.Count - 1);
            if (Path.IsPathRooted(target))
                real.Clear();
            foreach (var next in Parts(target).Reverse())
                rest.Push(next);
        }
        return Join(real);
    }

    /// <summary>Whether <paramref name="path"/> is <paramref name="directory"/> or lies below it. Both are real paths.</summary>
    public static bool IsWithin(string path, string directory) =>
        path == directory || directory == "/" || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");

    private static string Join(List<string> parts) => "/" + string.Join('/', parts);
}
