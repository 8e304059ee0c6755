using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Conductor.Host.Lab.Wires;

/// <summary>JSON that can be broken: values and names are bytes, whatever they hold, and a member may stand as often as one likes.</summary>
internal sealed class JsonTree
{
    /// <summary>The bytes of a value without members or items; null for an object or an array.</summary>
    public byte[]? Raw { get; set; }

    /// <summary>Whether it has members; else, where <see cref="Raw"/> is null, items.</summary>
    public bool IsObject { get; set; }

    /// <summary>The members' names with their quotes, in the order of <see cref="Items"/>.</summary>
    public List<byte[]> Names { get; } = [];

    /// <summary>What it holds.</summary>
    public List<JsonTree> Items { get; } = [];

    public static JsonTree Of(ReadOnlySpan<byte> json) => Of(JsonElement.Parse(json));

    public static JsonTree Value(byte[] raw) => new() { Raw = raw };

    /// <summary>The same once more, so that one can be broken and the other not.</summary>
    public JsonTree Clone()
    {
        var clone = new JsonTree { Raw = Raw, IsObject = IsObject };
        clone.Names.AddRange(Names);
        clone.Items.AddRange(Items.Select(item => item.Clone()));
        return clone;
    }

    /// <summary>Every value below this one with where it stands.</summary>
    public void Collect(List<(JsonTree Parent, int Index)> places)
    {
        for (var i = 0; i < Items.Count; i++)
        {
            places.Add((this, i));
            Items[i].Collect(places);
        }
    }

    public byte[] ToBytes(Random? spaces = null)
    {
        var output = new ArrayBufferWriter<byte>(256);
        Write(output, spaces);
        return output.WrittenSpan.ToArray();
    }

    private static JsonTree Of(JsonElement element)
    {
        var tree = new JsonTree();
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                tree.IsObject = true;
                foreach (var member in element.EnumerateObject())
                {
                    tree.Names.Add([(byte)'"', .. JsonEncodedText.Encode(member.Name).EncodedUtf8Bytes, (byte)'"']);
                    tree.Items.Add(Of(member.Value));
                }

                break;
            case JsonValueKind.Array:
                tree.Items.AddRange(element.EnumerateArray().Select(Of));
                break;
            default:
                tree.Raw = JsonMarshal.GetRawUtf8Value(element).ToArray();
                break;
        }

        return tree;
    }

    private void Write(ArrayBufferWriter<byte> output, Random? spaces)
    {
        Space(output, spaces);
        if (Raw is not null)
        {
            output.Write(Raw);
            Space(output, spaces);
            return;
        }

        output.Write(IsObject ? "{"u8 : "["u8);
        for (var i = 0; i < Items.Count; i++)
        {
            output.Write(i > 0 ? ","u8 : default);
            if (IsObject)
            {
                Space(output, spaces);
                output.Write(Names[i]);
                Space(output, spaces);
                output.Write(":"u8);
            }

            Items[i].Write(output, spaces);
        }

        output.Write(IsObject ? "}"u8 : "]"u8);
        Space(output, spaces);
    }

    private static void Space(ArrayBufferWriter<byte> output, Random? spaces)
    {
        for (var i = spaces?.Next(8) ?? 0; i is 1 or 2; i--)
        {
            output.Write(spaces!.Next(4) switch { 0 => " "u8, 1 => "\t"u8, 2 => "\r\n"u8, _ => "\n"u8 });
        }
    }
}
