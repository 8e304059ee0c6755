using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>Changes the few members of a request that a gateway must change, and leaves every other byte as it came.</summary>
public static class OpenAISplice
{
    /// <summary>The same body with another model, without Conductor's member `provider`, and in a stream with `stream_options.include_usage` on.</summary>
    /// <param name="body">The body that <paramref name="peek"/> was read from.</param>
    /// <param name="peek">Where its members stand.</param>
    /// <param name="model">The target's own name of the model.</param>
    public static ReadOnlyMemory<byte> Apply(ReadOnlySpan<byte> body, OpenAIPeek peek, string model)
    {
        ArgumentNullException.ThrowIfNull(peek);
        ArgumentNullException.ThrowIfNull(model);
        Span<Edit> edits = stackalloc Edit[4];
        var count = 0;
        var added = new ArrayBufferWriter<byte>(64);
        var quoted = QuotedModel(model);

        if (peek.ProviderSpan.Length > 0)
        {
            var (start, end) = WithComma(body, peek.ProviderSpan.Start, peek.ProviderSpan.Start + peek.ProviderSpan.Length);
            edits[count++] = new Edit(start, end - start, EditKind.Remove);
        }

        if (peek.ModelSpan.Length > 0)
        {
            edits[count++] = new Edit(peek.ModelSpan.Start, peek.ModelSpan.Length, EditKind.Model);
        }
        else
        {
            added.Write("\"model\":"u8);
            added.Write(quoted);
            added.Write(","u8);
        }

        if (peek.IsStreaming && !peek.WantsUsage)
        {
            if (peek.StreamOptionsSpan.Length > 0)
            {
                edits[count++] = new Edit(peek.StreamOptionsSpan.Start, peek.StreamOptionsSpan.Length, EditKind.StreamOptions);
            }
            else
            {
                added.Write("\"stream_options\":{\"include_usage\":true},"u8);
            }
        }

        if (added.WrittenCount > 0)
        {
            edits[count++] = new Edit(body.IndexOf((byte)'{') + 1, 0, EditKind.Add);
        }

        edits = edits[..count];
        edits.Sort(static (left, right) => left.Start != right.Start ? left.Start.CompareTo(right.Start) : left.Length.CompareTo(right.Length));
        var output = new ArrayBufferWriter<byte>(body.Length + quoted.Length + added.WrittenCount + 64);
        var position = 0;
        foreach (var edit in edits)
        {
            output.Write(body[position..edit.Start]);
            position = edit.Start + edit.Length;
            switch (edit.Kind)
            {
                case EditKind.Model:
                    output.Write(quoted);
                    break;
                case EditKind.StreamOptions:
                    WriteStreamOptions(output, body.Slice(edit.Start, edit.Length));
                    break;
                case EditKind.Add:
                    // The comma stays only where a member follows; what is removed does not count as one.
                    var members = added.WrittenSpan;
                    output.Write(IsLast(body, position, edits) ? members[..^1] : members);
                    break;
            }
        }

        output.Write(body[position..]);
        return output.WrittenMemory;
    }

    private static bool IsLast(ReadOnlySpan<byte> body, int position, Span<Edit> edits)
    {
        position = SkipWhiteSpace(body, position);
        foreach (var edit in edits)
        {
            if (edit.Kind == EditKind.Remove && position >= edit.Start && position < edit.Start + edit.Length)
            {
                position = SkipWhiteSpace(body, edit.Start + edit.Length);
            }
        }

        return body[position] == (byte)'}';
    }

    /// <summary>Widens a member's span by the comma after it, or for the last member by the one before it.</summary>
    private static (int Start, int End) WithComma(ReadOnlySpan<byte> body, int start, int end)
    {
        var after = SkipWhiteSpace(body, end);
        if (body[after] == (byte)',')
        {
            return (start, after + 1);
        }

        var before = start - 1;
        while (IsWhiteSpace(body[before]))
        {
            before--;
        }

        return body[before] == (byte)',' ? (before, end) : (start, end);
    }

    private static void WriteStreamOptions(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> value)
    {
        using var writer = new Utf8JsonWriter(output, WireJson.WriterOptions);
        writer.WriteStartObject();
        var options = JsonElement.Parse(value);
        if (options.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in options.EnumerateObject().Where(member => !member.NameEquals("include_usage"u8)))
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteBoolean("include_usage"u8, true);
        writer.WriteEndObject();
    }

    private static byte[] QuotedModel(string model)
    {
        var output = new ArrayBufferWriter<byte>(model.Length + 2);
        using (var writer = new Utf8JsonWriter(output, WireJson.WriterOptions))
        {
            writer.WriteStringValue(model);
        }

        return output.WrittenSpan.ToArray();
    }

    private static int SkipWhiteSpace(ReadOnlySpan<byte> body, int position)
    {
        while (IsWhiteSpace(body[position]))
        {
            position++;
        }

        return position;
    }

    private static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private enum EditKind
    {
        Remove,
        Model,
        StreamOptions,
        Add,
    }

    private readonly record struct Edit(int Start, int Length, EditKind Kind);
}
