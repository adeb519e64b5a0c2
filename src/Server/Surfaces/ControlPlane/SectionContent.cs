using System.Text.Json.Nodes;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Http.Json;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Microsoft.Net.Http.Headers;
using HttpBody = Google.Api.HttpBody;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Reads and writes the part of a definition that a section is, as the JSON that the contract says.</summary>
internal static class SectionContent
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
    /// <exception cref="RpcFault">INVALID_REQUEST, MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE.</exception>
    public static Func<AgentDefinition, DraftEdit> Replace(string id, string section, HttpBody? body)
    {
        var faults = new List<FieldFault>();
        var bytes = body is { Data.IsEmpty: false } ? Json(body) : "{}"u8.ToArray();
        var content = Read(bytes, faults);
        Require(section);
        if (JsonNode.Parse(bytes.Span) is JsonObject given)
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

    private static ReadOnlyMemory<byte> Json(HttpBody body) =>
        MediaTypeHeaderValue.TryParse(body.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            ? body.Data.Memory
            : throw new RpcFault(
                ErrorReason.UnsupportedMediaType,
                $"The section has the content type '{body.ContentType}'; send application/json in UTF-8.");

    private static Wire.AgentDefinition Read(ReadOnlyMemory<byte> json, List<FieldFault> faults) =>
        (Wire.AgentDefinition)MessageJson.Read(Wire.AgentDefinition.Descriptor, json, faults);

    public static string Write(string section, Wire.AgentDefinition definition)
    {
        var whole = JsonNode.Parse(MessageJson.ToText(definition))!.AsObject();
        return new JsonObject(
            s_fields[section].Where(whole.ContainsKey).Select(name => KeyValuePair.Create(name, whole[name]?.DeepClone()))).ToJsonString();
    }
}
