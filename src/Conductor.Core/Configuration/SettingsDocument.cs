using System.Buffers;
using System.Text.Json;
using Conductor.Schemas;

namespace Conductor.Configuration;

/// <summary>One document of the configuration: its nodes, and once <see cref="Check"/> has run its JSON and the lines of everything in it.</summary>
internal sealed class SettingsDocument(string file, SettingsNode root, JsonSchema schema, ProblemList problems)
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    public string File { get; } = file;

    public SettingsNode Root { get; } = root;

    /// <summary>True for a tree in which every scalar is text: a section of the configuration system.</summary>
    public bool IsSection { get; init; }

    /// <summary>The document as JSON. Only what <see cref="Check"/> found no fault with is safe to rely on.</summary>
    public JsonElement Json { get; private set; }

    /// <summary>Turns the nodes into JSON, led by the schema, and checks them against it.</summary>
    public void Check()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, Root, SchemaGuide.For(schema.Root), "");
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = 128 });
        Json = document.RootElement.Clone();
        foreach (var violation in schema.Validate(Json))
        {
            // An unset variable has been told already; what its absence leads to need not be.
            if (!problems.Has(File, violation.Path))
            {
                problems.Add(File, LineOf(violation.Path), violation.Path, violation.Message);
            }
        }
    }

    /// <summary>Reports a mistake at a path of this document.</summary>
    public void Problem(string path, string message) => problems.Add(File, LineOf(path), path, message);

    /// <summary>Whether a mistake at this very path has been reported.</summary>
    public bool HasProblem(string path) => problems.Has(File, path);

    /// <summary>The line of a path, or of the nearest place above it that has one.</summary>
    public int? LineOf(string path)
    {
        while (path.Length > 0)
        {
            if (_lines.TryGetValue(path, out var line))
            {
                return line;
            }

            var end = path.EndsWith(']') ? path.LastIndexOf('[') : path.LastIndexOf('.');
            path = end < 0 ? "" : path[..end];
        }

        return null;
    }

    private void Write(Utf8JsonWriter writer, SettingsNode node, SchemaGuide? guide, string path)
    {
        if (node.Line is { } line)
        {
            _lines.TryAdd(path, line);
        }

        switch (node.Kind)
        {
            case SettingsNodeKind.Object:
                writer.WriteStartObject();
                foreach (var member in node.Members)
                {
                    var here = InstancePath.Join(path, member.Name);
                    if (member.Line is { } memberLine)
                    {
                        _lines[here] = memberLine;
                    }

                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, guide?.Member(member.Name), here);
                }

                writer.WriteEndObject();
                break;
            case SettingsNodeKind.List:
                writer.WriteStartArray();
                for (var i = 0; i < node.Items.Count; i++)
                {
                    Write(writer, node.Items[i], guide?.Item(), InstancePath.Join(path, i));
                }

                writer.WriteEndArray();
                break;
            default:
                WriteScalar(writer, node, guide is null || guide.Kinds == JsonKinds.None ? null : guide.Kinds);
                break;
        }
    }

    // The schema decides between readings: a quoted "4" is a number where only a number will do, and 1.10 is text where only text will.
    private void WriteScalar(Utf8JsonWriter writer, SettingsNode node, JsonKinds? wanted)
    {
        var text = node.Text;
        var isText = node.IsQuoted || IsSection;
        bool Takes(JsonKinds kind) => wanted is not { } kinds ? !isText : (kinds & kind) != 0 && (!isText || (kinds & JsonKinds.String) == 0);

        if (IsSection && text.Length == 0 && wanted is { } container && (container & (JsonKinds.Array | JsonKinds.Object)) != 0 && (container & JsonKinds.String) == 0)
        {
            // The configuration system has no way to say "empty list".
            writer.WriteRawValue((container & JsonKinds.Array) != 0 ? "[]" : "{}");
        }
        else if (!isText && SettingsScalar.IsNull(text) && wanted is { } emptiable && (emptiable & JsonKinds.Null) == 0 && (emptiable & (JsonKinds.Array | JsonKinds.Object)) is var shape and not 0)
        {
            // `aliases:` with nothing below it, every line commented out, means none.
            writer.WriteRawValue((shape & JsonKinds.Object) != 0 ? "{}" : "[]");
        }
        else if (!isText && SettingsScalar.IsNull(text) && wanted != JsonKinds.String)
        {
            writer.WriteNullValue();
        }
        else if (Takes(JsonKinds.Boolean) && TryBoolean(text, out var flag))
        {
            writer.WriteBooleanValue(flag);
        }
        else if (Takes(JsonKinds.Number | JsonKinds.Integer) && SettingsScalar.AsJsonNumber(text) is { } number)
        {
            writer.WriteRawValue(number);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    private bool TryBoolean(string text, out bool value) =>
        SettingsScalar.TryBoolean(IsSection ? text.ToLowerInvariant() : text, out value);
}
