using System.Text.RegularExpressions;

namespace Koda.Server.Hosting.Backups;

/// <summary>The names that files have in an archive. There are no others, so that none leads out of where it is brought to.</summary>
internal static partial class ArchiveNames
{
    public const string Database = "database.dump";
    public const string Manifest = "manifest.json";
    public const string ManifestDigest = "manifest.sha256";
    public const string ManifestSignature = "manifest.hmac-sha256";
    private const string Artifacts = "artifacts/";
    private const string Skills = "skills/";

    public static string Artifact(byte[] digest) => Artifacts + Convert.ToHexStringLower(digest);

    public static string Skill(string fileName) => Skills + fileName;

    /// <summary>Whether a part of an archive may be called so.</summary>
    public static bool IsPart(string name) => name == Database || ArtifactName().IsMatch(name) || SkillName().IsMatch(name);

    /// <summary>The digest that an artifact is named by. Null: the name is another part's.</summary>
    public static byte[]? ArtifactDigest(string name) =>
        ArtifactName().IsMatch(name) ? Convert.FromHexString(name[Artifacts.Length..]) : null;

    /// <summary>The name of a skill's file. Null: the name is another part's.</summary>
    public static string? SkillFile(string name) => SkillName().IsMatch(name) ? name[Skills.Length..] : null;

    /// <summary>Whether the file of a skill can be in an archive.</summary>
    public static bool CanHold(string skillFile) => SkillName().IsMatch(Skills + skillFile);

    [GeneratedRegex("^artifacts/[0-9a-f]{64}\\z")]
    private static partial Regex ArtifactName();

    [GeneratedRegex(@"^skills/[^/\p{C}]{0,200}\.md\z")]
    private static partial Regex SkillName();
}
