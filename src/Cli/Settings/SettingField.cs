using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;
using Koda.Server.Http;

namespace Koda.Cli.Settings;

/// <summary>One setting of the installation. Those there are, their types and spellings are the contract's.</summary>
/// <param name="Path">Its name, such as <c>policy.accept_tasks</c>.</param>
/// <param name="Group">The part of the settings that holds it. Null: the settings themselves.</param>
/// <param name="Field">The field in there.</param>
internal sealed record SettingField(string Path, FieldDescriptor? Group, FieldDescriptor Field)
{
    public static IReadOnlyList<SettingField> All { get; } = [.. SystemSettings.Descriptor.Fields.InDeclarationOrder().SelectMany(In)];

    public static SettingField Find(string name) =>
        All.FirstOrDefault(field => field.Path == name)
        ?? throw new CliException(
            $"There is no setting '{Printable.Line(name, 80)}'. There are: {string.Join(", ", All.Select(field => field.Path))}",
            ExitCode.Usage,
            code: "setting.unknown");

    /// <summary>The value for people.</summary>
    public string Text(SystemSettings settings)
    {
        var value = JsonNode.Parse(JsonOutput.Text(settings))!;
        return (Group is null ? value : value[Group.Name])?[Field.Name] switch
        {
            JsonArray { Count: 0 } or null => "-",
            JsonArray items => string.Join(", ", items.Select(Words)),
            var single => Words(single),
        };
    }

    /// <summary>Sets the field as REST would from these texts.</summary>
    /// <exception cref="CliException">They are no value of the field.</exception>
    public void Read(SystemSettings settings, IReadOnlyList<string> texts)
    {
        if (!Field.IsRepeated && texts.Count > 1)
            throw Wrong("takes one value");
        JsonNode value = Field.IsRepeated ? new JsonArray([.. texts.Select(text => (JsonNode)text)]) : Single(texts[0]);
        var body = new JsonObject { [Field.Name] = value };
        var issues = new List<FieldFault>();
        var read = JsonOutput.Read(
            SystemSettings.Descriptor, (Group is null ? body : new JsonObject { [Group.Name] = body }).ToJsonString(), issues);
        if (issues.Count > 0)
            throw Wrong(issues[0].Problem);
        settings.MergeFrom((SystemSettings)read);
    }

    private static IEnumerable<SettingField> In(FieldDescriptor field) => field switch
    {
        { IsRepeated: false, FieldType: FieldType.Message } when field.MessageType.File == field.File =>
            field.MessageType.Fields.InDeclarationOrder().Select(inner => new SettingField($"{field.Name}.{inner.Name}", field, inner)),
        { Name: "revision" or "updated_at" } => [],
        _ => [new SettingField(field.Name, null, field)],
    };

    private JsonNode Single(string text) =>
        Field.FieldType switch
        {
            FieldType.Bool when bool.TryParse(text, out var flag) => flag,
            FieldType.Double
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
                number,
            FieldType.Int32
            or FieldType.Int64 when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                number,
            _ => text,
        };

    private static string Words(JsonNode? value) =>
        value is null ? "-"
        : value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0 ? "-"
        : Printable.Line(value.ToString(), 200);

    private CliException Wrong(string problem) =>
        new($"{Path} {problem}.", ExitCode.Usage, "What each of them means: koda settings --help", "cli.usage");
}
