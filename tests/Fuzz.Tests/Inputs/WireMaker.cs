using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.Fuzz.Tests.Inputs;

/// <summary>Requests as protobuf, byte by byte, so that they may hold what no generated class would write.</summary>
internal sealed class WireMaker(Hostile hostile, Known known, double hostility)
{
    private const int Deepest = 5;

    public byte[] Message(MessageDescriptor type, ISet<string> without, int depth = 0)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes, leaveOpen: true);
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            if (without.Contains(field.Name) || !hostile.Chance(depth == 0 ? 0.8 : 0.6))
                continue;
            for (var times = field.IsRepeated ? hostile.Random.Next(3) : hostile.Chance(hostility / 10) ? 2 : 1; times > 0; times--)
                Write(output, field, depth);
        }

        if (hostile.Chance(hostility / 10))
            Junk(output);
        output.Flush();
        return bytes.ToArray();
    }

    private void Junk(CodedOutputStream output)
    {
        output.WriteTag(hostile.Random.Next(1, 1 << 20), (WireFormat.WireType)hostile.Random.Next(0, 6));
        output.WriteUInt64((ulong)hostile.Integer());
    }

    private void Write(CodedOutputStream output, FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.String or FieldType.Bytes:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(Text(field)));
                break;
            case FieldType.Message:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(depth < Deepest ? Message(field.MessageType, new HashSet<string>(), depth + 1) : []));
                break;
            case FieldType.Double:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed64);
                output.WriteDouble(hostile.Chance(hostility) ? hostile.Real() : hostile.Random.Next(3));
                break;
            case FieldType.Float:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed32);
                output.WriteFloat((float)hostile.Real());
                break;
            default:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Varint);
                output.WriteInt64(Number(field));
                break;
        }
    }

    private byte[] Text(FieldDescriptor field)
    {
        if (hostile.Chance(hostility))
            return hostile.Chance(0.3) ? Encoding.UTF8.GetBytes(hostile.Json()) : hostile.Bytes();
        if (field.GetOptions()?.GetExtension(PolicyExtensions.Field)?.RawJson == true)
            return Encoding.UTF8.GetBytes(hostile.Pick(["{}", "{\"a\":[1,2.50,\"x\"]}", "{\"max_iterations\":3}", "\"text\""]));
        return Encoding.UTF8.GetBytes(known.Find(field.Name, hostile) ?? "a");
    }

    private long Number(FieldDescriptor field) =>
        hostile.Chance(hostility) ? hostile.Integer()
        : long.TryParse(known.Find(field.Name, hostile), CultureInfo.InvariantCulture, out var given) ? given
        : hostile.Random.Next(field.FieldType == FieldType.Enum ? field.EnumType.Values.Count : 4);
}
