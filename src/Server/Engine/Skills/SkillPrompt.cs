using System.Text;

namespace Koda.Server.Engine.Skills;

/// <summary>How skills stand in a system prompt.</summary>
internal static class SkillPrompt
{
    // A rule of thumb that holds for English text and code with every tokenizer in use.
    private const int CharactersPerToken = 4;

    public static int Tokens(Skill skill) => (Text(skill).Length + CharactersPerToken - 1) / CharactersPerToken;

    public static string Compile(string systemPrompt, IReadOnlyList<AttachedSkill> skills)
    {
        if (skills.Count == 0)
            return systemPrompt;
        var text = new StringBuilder(systemPrompt.TrimEnd());
        if (text.Length > 0)
            text.Append("\n\n");
        text.Append("# Skills\n\nThese instructions are for this task. Where two of them disagree, the one that stands first holds.");
        foreach (var attached in skills)
            text.Append("\n\n").Append(Text(attached.Skill));
        return text.Append('\n').ToString();
    }

    private static string Text(Skill skill)
    {
        var parts = new[]
        {
            $"## {skill.Name}",
            skill.Instruction,
            skill.Body,
            skill.OutputFormat.Length > 0 ? $"Form of the answer: {skill.OutputFormat}" : "",
        };
        var text = string.Join("\n\n", parts.Where(part => part.Length > 0));
        return skill.MaxTokens > 0 && text.Length > skill.MaxTokens * CharactersPerToken
            ? Cut(text, skill.MaxTokens * CharactersPerToken)
            : text;
    }

    private static string Cut(string text, int length)
    {
        var line = text.LastIndexOf('\n', length - 1);
        var end = line > length / 2 ? line : length;
        // Not between the two halves of one character.
        if (char.IsLowSurrogate(text[end]))
            end--;
        return text[..end].TrimEnd();
    }
}
