namespace Koda.Worker.Tools;

/// <summary>A tool that works on one file or directory, in the workspace or, once that is allowed, outside of it.</summary>
internal abstract class FileTool<TArguments>(string name, string description, string schema, bool readOnly)
    : Tool<TArguments>(name, description, schema, readOnly)
    where TArguments : class
{
    /// <summary>The path as the model gave it.</summary>
    protected abstract string PathOf(TArguments arguments);

    protected sealed override string Subject(TArguments arguments, ToolContext context) =>
        context.Workspace.Shown(context.Workspace.Locate(PathOf(arguments)));

    protected override IEnumerable<Demand> Demands(TArguments arguments, ToolContext context) =>
        FileDemands.Of(Definition.Name, context.Workspace, PathOf(arguments), writes: !Definition.ReadOnly);
}

/// <summary>What work on a file needs to be allowed.</summary>
internal static class FileDemands
{
    /// <param name="tool">The tool whose rules decide.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="path">The file as the model names it.</param>
    /// <param name="writes">Whether it is made or changed.</param>
    public static IEnumerable<Demand> Of(string tool, Workspace workspace, string path, bool writes)
    {
        var real = workspace.Locate(path);
        var shown = workspace.Shown(real);
        var folder = Path.GetDirectoryName(shown);
        if (OfCredential(tool, workspace, real, writes) is { } asked)
            yield return asked;
        else
            yield return new Demand(tool, shown)
            {
                Harmless = !writes,
                Changes = writes,
                Always =
                    GlobPattern.Exactly(string.IsNullOrEmpty(folder) ? shown : folder.TrimEnd('/'))
                    + (string.IsNullOrEmpty(folder) ? "" : "/**"),
            };
        // Whether a text occurs in a file is learned by replacing it.
        if (tool == "edit" && workspace.Holds(real) && File.Exists(real))
            yield return new Demand("read", shown) { Harmless = true, Always = GlobPattern.Exactly(shown) };
        if (!workspace.Holds(real) || (writes && GuardedPaths.Holds(workspace, real)))
            yield return Outside(real, writes) with { Given = path };
    }

    /// <summary>What it takes to open what may hold credentials. Null: it is no such file.</summary>
    public static Demand? OfCredential(string tool, Workspace workspace, string real, bool writes)
    {
        if (workspace.Private.CredentialOf(real) is not { } credential)
            return null;
        var shown = workspace.Shown(real);
        var whole = workspace.Shown(credential);
        var demand = new Demand(tool, shown)
        {
            Credential = credential,
            Always = GlobPattern.Exactly(whole) + (Directory.Exists(credential) ? "/**" : ""),
            Reach = new OutsidePath(real, writes),
        };
        // Rules may name it by its whole path also where it lies in the workspace.
        return shown == real ? demand : demand with { Unless = demand with { Subject = real, Reach = null } };
    }

    /// <summary>What it takes to leave the workspace.</summary>
    public static Demand Outside(string real, bool writes) => new(writes ? Demand.ExternalDirectory : Demand.ExternalRead, real)
    {
        Always = $"{GlobPattern.Exactly((Directory.Exists(real) ? real : Path.GetDirectoryName(real) ?? real).TrimEnd('/'))}/**",
        Reach = new OutsidePath(real, writes),
    };
}
