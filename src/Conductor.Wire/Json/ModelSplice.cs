using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire;

/// <summary>Changes the few members of a request that a gateway must change, and leaves every other byte as it came.</summary>
public static class ModelSplice
{
    /// <summary>The same body with another model and without Conductor's member `provider`.</summary>
    /// <param name="body">The body that the places were read from.</param>
    /// <param name="modelSpan">Where the value of `model` stands; (0, 0) where it does not.</param>
    /// <param name="providerSpan">Where the member `provider` stands; (0, 0) where it does not.</param>
    /// <param name="model">The target's own name of the model.</param>
    public static ReadOnlyMemory<byte> Apply(ReadOnlySpan<byte> body, (int Start, int Length) modelSpan, (int Start, int Length) providerSpan, string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var output = new ArrayBufferWriter<byte>(body.Length + model.Length + 32);
        var provider = WithComma(body, providerSpan);
        var position = 0;
        if (modelSpan.Length == 0)
        {
            var open = body.IndexOf((byte)'{') + 1;
            output.Write(body[..open]);
            output.Write("\"model\":"u8);
            Quote(output, model);
            output.Write(HasOther(body, open, provider) ? ","u8 : default);
            position = open;
        }

        // Two places that never overlap, in the order in which they stand.
        if (provider.Length > 0 && (modelSpan.Length == 0 || provider.Start < modelSpan.Start))
        {
            Copy(output, body, ref position, provider);
        }

        if (modelSpan.Length > 0)
        {
            Copy(output, body, ref position, modelSpan);
            Quote(output, model);
        }

        if (provider.Length > 0 && position <= provider.Start)
        {
            Copy(output, body, ref position, provider);
        }

        output.Write(body[position..]);
        return output.WrittenMemory;
    }

    private static void Copy(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> body, ref int position, (int Start, int Length) upTo)
    {
        output.Write(body[position..upTo.Start]);
        position = upTo.Start + upTo.Length;
    }

    private static void Quote(ArrayBufferWriter<byte> output, string model)
    {
        using var writer = new Utf8JsonWriter(output, WireJson.WriterOptions);
        writer.WriteStringValue(model);
    }

    private static bool HasOther(ReadOnlySpan<byte> body, int position, (int Start, int Length) removed)
    {
        position = Skip(body, position);
        if (removed.Length > 0 && position == removed.Start)
        {
            position = Skip(body, removed.Start + removed.Length);
        }

        return body[position] != (byte)'}';
    }

    /// <summary>Widens a member's span by the comma after it, or for the last member by the one before it.</summary>
    private static (int Start, int Length) WithComma(ReadOnlySpan<byte> body, (int Start, int Length) span)
    {
        if (span.Length == 0)
        {
            return span;
        }

        var after = Skip(body, span.Start + span.Length);
        if (body[after] == (byte)',')
        {
            return (span.Start, after + 1 - span.Start);
        }

        var before = span.Start - 1;
        while (IsWhiteSpace(body[before]))
        {
            before--;
        }

        return body[before] == (byte)',' ? (before, span.Start + span.Length - before) : span;
    }

    private static int Skip(ReadOnlySpan<byte> body, int position)
    {
        while (IsWhiteSpace(body[position]))
        {
            position++;
        }

        return position;
    }

    private static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
