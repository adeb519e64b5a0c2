using System.CommandLine;

namespace Koda.Cli.Lists;

/// <summary>How many items a list shows.</summary>
internal static class Limits
{
    public static Option<int> Option(int usual)
    {
        var limit = new Option<int>("--limit") { Description = "How many to show.", DefaultValueFactory = _ => usual };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--limit must be at least 1.");
        });
        return limit;
    }
}
