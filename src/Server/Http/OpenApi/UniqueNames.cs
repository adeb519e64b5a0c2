using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;

namespace Koda.Server.Http.OpenApi;

/// <summary>
/// The shortest names that tell declarations of several packages apart: their own; where that is taken twice, with the last word of the
/// package before it; and where even that is, the full name.
/// </summary>
internal static partial class UniqueNames
{
    public static Dictionary<IDescriptor, string> Assign(IEnumerable<IDescriptor> declarations)
    {
        var names = new Dictionary<IDescriptor, string>();
        var open = declarations.Distinct().ToList();
        foreach (var form in new Func<IDescriptor, string>[] { Own, WithPackage, Full })
        {
            var groups = open.GroupBy(form).ToList();
            foreach (var alone in groups.Where(group => group.Count() == 1))
                names[alone.Single()] = alone.Key;
            open = [.. groups.Where(group => group.Count() > 1).SelectMany(group => group)];
        }

        return names;
    }

    private static string Own(IDescriptor declaration) => declaration is MethodDescriptor
        ? declaration.Name
        : Pascal(declaration.FullName[(declaration.File.Package.Length + 1)..]);

    private static string WithPackage(IDescriptor declaration)
    {
        var words = declaration.File.Package.Split('.');
        return Pascal(words.Last(word => !Version().IsMatch(word) || word == words[0])) + Own(declaration);
    }

    private static string Full(IDescriptor declaration) => Pascal(declaration.FullName);

    private static string Pascal(string name) =>
        string.Concat(name.Split('.', '_').Where(part => part.Length > 0).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    [GeneratedRegex(@"^v\d+\w*$")]
    private static partial Regex Version();
}
