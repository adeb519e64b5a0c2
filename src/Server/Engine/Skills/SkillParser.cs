using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Koda.Server.Engine.Skills;

/// <summary>Reads a skill's file: markdown, with YAML between two lines of dashes before it. All faults are named at once.</summary>
internal static partial class SkillParser
{
    private const string Fence = "---";
    private const int MaxLength = 64 * 1024;

    /// <param name="file">The file's name, such as <c>write-tests.md</c>.</param>
    /// <param name="text">Its text.</param>
    /// <param name="source">Where it lies.</param>
    public static SkillFile Parse(string file, string text, SkillSource source)
    {
        var id = Path.GetFileNameWithoutExtension(file);
        var problems = new List<SkillProblem>();
        if (!IdPattern().IsMatch(id))
            problems.Add(new SkillProblem(file, "", "is not named by letters, digits, dashes, dots and underscores"));
        if (text.Length > MaxLength)
            return new SkillFile(id, null, [.. problems, new SkillProblem(file, "", $"has more than {MaxLength} characters")]);
        var (matter, body) = Split(text.ReplaceLineEndings("\n"));
        var reader = new FrontMatterReader(Load(file, matter, problems), (path, message) =>
            problems.Add(new SkillProblem(file, path, message)));
        var skill = Read(id, source, reader) with { Body = body.Trim(), Digest = Digest(text) };
        if (skill.Body.Length == 0 && skill.Instruction.Length == 0 && problems.Count == 0)
            problems.Add(new SkillProblem(file, "", "has neither a body nor an instruction"));
        return new SkillFile(id, problems.Count == 0 ? skill : null, problems);
    }

    private static Skill Read(string id, SkillSource source, FrontMatterReader reader) => new()
    {
        Id = id,
        Source = source,
        Name = reader.Text("name", id),
        Description = reader.Text("description"),
        Aliases = reader.List("aliases"),
        Category = reader.Text("category"),
        Tags = reader.List("tags"),
        Version = reader.Text("version", "1.0.0"),
        Triggers = reader.Triggers("triggers"),
        Priority = reader.Number("priority", int.MinValue),
        MaxTokens = reader.Number("max_tokens", 0),
        Instruction = reader.Text("instruction"),
        OutputFormat = reader.Text("output_format_enforcement"),
        Requires = reader.List("requires"),
        Conflicts = reader.List("conflicts"),
        FrontMatter = reader.Json(),
    };

    private static (string Matter, string Body) Split(string text)
    {
        if (!text.StartsWith(Fence + "\n", StringComparison.Ordinal))
            return ("", text);
        var end = text.IndexOf($"\n{Fence}\n", Fence.Length, StringComparison.Ordinal);
        if (end >= 0)
            return (text[(Fence.Length + 1)..Math.Max(end, Fence.Length + 1)], text[(end + Fence.Length + 2)..]);
        return text.EndsWith($"\n{Fence}", StringComparison.Ordinal) ? (text[(Fence.Length + 1)..^(Fence.Length + 1)], "") : ("", text);
    }

    private static YamlMappingNode Load(string file, string matter, List<SkillProblem> problems)
    {
        if (matter.Trim().Length == 0)
            return new YamlMappingNode();
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(matter));
            if (stream.Documents is [{ RootNode: YamlMappingNode root }])
                return root;
            problems.Add(new SkillProblem(file, "", "has front matter that is no mapping of fields"));
        }
        catch (YamlException fault)
        {
            // The first line of the file is the fence.
            problems.Add(
                new SkillProblem(
                    file,
                    "",
                    $"has front matter that is no YAML, line {fault.Start.Line + 1}: {fault.InnerException?.Message ?? fault.Message}"));
        }
        // What the library throws over some texts that it does not expect, such as a list that is never closed.
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            problems.Add(new SkillProblem(file, "", "has front matter that is no YAML: a list, a mapping or a quotation is not closed"));
        }
        return new YamlMappingNode();
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
