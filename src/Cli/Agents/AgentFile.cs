using Koda.Protos.ControlPlane.V1;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Koda.Cli.Agents;

/// <summary>
/// An agent's definition as YAML or JSON (which YAML includes): <c>id</c>, and the fields of <c>AgentDefinition</c> by their names in the
/// contract.
/// </summary>
/// <param name="Id">The agent's id.</param>
/// <param name="Definition">The whole definition.</param>
internal sealed record AgentFile(string Id, AgentDefinition Definition)
{
    /// <param name="text">The file's content.</param>
    /// <param name="environment">Gives the values of <c>${NAME}</c> in API keys.</param>
    /// <exception cref="AgentFileException">The file has a fault.</exception>
    public static AgentFile Parse(string text, Func<string, string?> environment)
    {
        var root = Load(text);
        YamlScalarNode? id = null;
        var fields = new YamlMappingNode();
        foreach (var (key, value) in root.Children)
        {
            if (key is YamlScalarNode { Value: "id" })
                id = value as YamlScalarNode;
            else
                fields.Add(key, value);
        }
        if (string.IsNullOrEmpty(id?.Value))
            throw new AgentFileException(root.Start.Line, "'id' is missing: the agent's name in URLs, such as reviewer");
        var definition = new AgentDefinition();
        new MessageReader(environment).Read(fields, definition);
        return new AgentFile(id.Value, definition);
    }

    private static YamlMappingNode Load(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new AgentFileException(e.Start.Line, e.InnerException?.Message ?? e.Message);
        }
        // What the library throws over some texts that it does not expect.
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new AgentFileException(1, "this is no YAML: a list, a mapping or a quotation is not closed");
        }
        return stream.Documents switch
        {
            [{ RootNode: YamlMappingNode root }] => root,
            [] => throw new AgentFileException(1, "the file is empty"),
            [var one] => throw new AgentFileException(one.RootNode.Start.Line, "the file must be one mapping of fields, beginning with id"),
            [_, var second, ..] => throw new AgentFileException(second.RootNode.Start.Line, "the file must hold one agent"),
        };
    }
}
