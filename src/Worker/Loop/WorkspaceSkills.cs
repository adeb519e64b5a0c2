using Koda.Protos.Worker.V1;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>
/// The skills that a workspace brings: the markdown files in its folder <c>.koda/skills</c>. What they say is judged by the server.
/// </summary>
internal static class WorkspaceSkills
{
    private const string Folder = ".koda/skills";
    private const int MaxFiles = 100;

    // One character more than the server takes: it then says that the file is too large.
    private const int MaxCharacters = (64 * 1024) + 1;

    public static IReadOnlyList<SkillFile> Read(Workspace workspace)
    {
        try
        {
            var folder = workspace.Resolve(Folder);
            if (!Directory.Exists(folder))
                return [];
            return
            [
                .. Directory.EnumerateFiles(folder, "*.md").Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(MaxFiles)
                    .Select(name => Read(workspace, name!)).OfType<SkillFile>(),
            ];
        }
        catch (Exception unreadable) when (unreadable is ToolException or IOException or UnauthorizedAccessException)
        {
            // A folder that leads out of the workspace, or that may not be read, holds no skill.
            return [];
        }
    }

    private static SkillFile? Read(Workspace workspace, string name)
    {
        try
        {
            using var file = workspace.OpenToRead($"{Folder}/{name}");
            using var text = new StreamReader(file);
            var characters = new char[MaxCharacters];
            return new SkillFile { Name = name, Text = new string(characters, 0, text.ReadBlock(characters)) };
        }
        catch (Exception unreadable) when (unreadable is ToolException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
