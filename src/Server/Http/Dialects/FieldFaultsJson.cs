using System.Text.Json;

namespace Koda.Server.Http;

/// <summary>The form in which every dialect tells of the fields at fault.</summary>
internal static class FieldFaultsJson
{
    /// <summary>
    /// Writes <c>"issues":{"fieldErrors":{"name":["…"]},"formErrors":["…"]}</c>; faults of the request as a whole are form errors.
    /// </summary>
    public static void WriteIssues(this Utf8JsonWriter json, IReadOnlyList<FieldFault> faults)
    {
        json.WriteStartObject("issues");
        json.WriteStartObject("fieldErrors");
        foreach (var field in faults.Where(fault => fault.Field.Length > 0).GroupBy(fault => fault.Field))
        {
            json.WriteStartArray(field.Key);
            foreach (var fault in field)
                json.WriteStringValue(fault.Problem);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartArray("formErrors");
        foreach (var fault in faults.Where(fault => fault.Field.Length == 0))
            json.WriteStringValue(fault.Problem);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
