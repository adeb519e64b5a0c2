using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>Tells whether a pattern over text may match what is known in part only.</summary>
internal static partial class PatternOverlap
{
    /// <param name="pattern">A pattern as <see cref="GlobPattern.Text"/> takes it. Classes count as any character and alternatives as any
    /// text.</param>
    /// <param name="template">A text in which <c>*</c> stands for what is not known.</param>
    /// <returns>Whether some text fits both.</returns>
    public static bool Exists(string pattern, string template)
    {
        var one = Class().Replace(Alternatives().Replace(pattern, "*"), "?");
        // Whether what is left of the pattern, from each place on, fits what is left of the template.
        var after = new bool[template.Length + 1];
        var here = new bool[template.Length + 1];
        for (var i = one.Length; i >= 0; i--)
        {
            for (var j = template.Length; j >= 0; j--)
                here[j] = Fits(one, i, template, j, here, after);
            (here, after) = (after, here);
        }
        return after[0];
    }

    private static bool Fits(string one, int i, string template, int j, bool[] here, bool[] after)
    {
        var (ended, over) = (i == one.Length, j == template.Length);
        if (ended && over)
            return true;
        if (!ended && one[i] == '*')
            return after[j] || (!over && here[j + 1]);
        if (!over && template[j] == '*')
            return here[j + 1] || (!ended && after[j]);
        return !ended && !over && (one[i] == '?' || one[i] == template[j]) && after[j + 1];
    }

    [GeneratedRegex(@"\[[^\]]+\]")]
    private static partial Regex Class();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Alternatives();
}
