using System.Text;
using System.Text.Json.Nodes;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore;
using Koda.Rpc.AspNetCore.Json;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Reads and writes the part of a definition that a section is, as the JSON that the contract says.</summary>
internal sealed class SectionContent(JsonCodec codec)
{
    private static readonly ILookup<string, string> s_fields = AgentFields.All
        .Select(field => (field.Section, Name: field.Path.Split('.')[0])).Distinct().ToLookup(field => field.Section, field => field.Name);

    /// <exception cref="EngineException">AGENT_SECTION_NOT_FOUND.</exception>
    public static void Require(string section)
    {
        if (!s_fields.Contains(section))
        {
            throw new EngineException(
                ErrorReason.AgentSectionNotFound,
                $"An agent has no section '{section}'. Its sections are {string.Join(", ", AgentFields.Sections)}.",
                new Dictionary<string, string> { ["section"] = section });
        }
    }

    /// <summary>The edit that replaces the section's fields, those that the JSON leaves out too.</summary>
    /// <exception cref="EngineException">AGENT_SECTION_NOT_FOUND.</exception>
    /// <exception cref="RpcFault">INVALID_REQUEST, MALFORMED_BODY.</exception>
    public Func<AgentDefinition, DraftEdit> Replace(string id, string section, string json)
    {
        Require(section);
        var faults = new List<FieldFault>();
        var bytes = Encoding.UTF8.GetBytes(json.Length == 0 ? "{}" : json);
        var content = (Wire.AgentDefinition)codec.Read(Wire.AgentDefinition.Descriptor, bytes, faults);
        if (JsonNode.Parse(bytes) is JsonObject given)
        {
            var names = Wire.AgentDefinition.Descriptor.Fields.InDeclarationOrder().Select(field => field.Name);
            faults.AddRange(names.Where(name => given.ContainsKey(name) && !s_fields[section].Contains(name))
                .Select(name => new FieldFault(name, $"is not part of the section {section}")));
        }
        if (faults.Count > 0)
            throw RpcFault.Invalid(faults);
        return draft =>
        {
            var replaced = DefinitionViews.From(draft);
            foreach (var name in s_fields[section])
                Wire.AgentDefinition.Descriptor.FindFieldByName(name).Accessor.Clear(replaced);
            replaced.MergeFrom(content);
            return new DraftEdit(DefinitionReading.From(id, replaced), replaced.Provider?.ApiKey ?? "");
        };
    }

    public string Write(string section, Wire.AgentDefinition definition)
    {
        var whole = JsonNode.Parse(codec.ToText(definition))!.AsObject();
        return new JsonObject(s_fields[section].Where(whole.ContainsKey).Select(name => KeyValuePair.Create(name, whole[name]?.DeepClone()))).ToJsonString();
    }
}
