using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>
/// How much a model behind the chat completions API is to reason: <c>reasoning_effort</c>, which compatible servers take too.
/// </summary>
internal static partial class OpenAiEffort
{
    private static readonly Version s_firstExtraHigh = new(5, 2);

    public static void Write(JsonObject body, ModelRequest request)
    {
        // Adaptive is what a model does when it is told nothing.
        if (request.Variant.Length == 0 || request.Variant == ReasoningVariant.Adaptive)
            return;
        var name = request.Model[(request.Model.LastIndexOf('/') + 1)..];
        body["reasoning_effort"] = request.Variant switch
        {
            ReasoningVariant.Max => VersionOf(name) >= s_firstExtraHigh ? "xhigh" : "high",
            ReasoningVariant.Least => "low",
            var variant => variant,
        };
    }

    private static Version? VersionOf(string name)
    {
        var match = Gpt().Match(name);
        return match.Success
            ? new Version(Number(match.Groups[1]), match.Groups[2].Success ? Number(match.Groups[2]) : 0)
            : null;

        static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^gpt-(\d{1,2})(?:\.(\d{1,2}))?")]
    private static partial Regex Gpt();
}
