namespace Koda.Worker.Tools;

/// <summary>Programs that a worker finds on its machine.</summary>
internal static class Executables
{
    /// <summary>The path of a program on PATH; null when there is none.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);
}
