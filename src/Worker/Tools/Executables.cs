namespace Koda.Worker.Tools;

/// <summary>Programs that a worker finds on its machine.</summary>
internal static class Executables
{
    /// <summary>The absolute directories on PATH.</summary>
    public static IEnumerable<string> Path =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Where(System.IO.Path.IsPathRooted).Select(directory => directory.TrimEnd('/'));

    /// <summary>The path of a program on PATH; null when there is none.</summary>
    public static string? Find(string name) => Path.Select(directory => $"{directory}/{name}").FirstOrDefault(File.Exists);
}
