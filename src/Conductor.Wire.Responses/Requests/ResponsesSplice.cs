using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Responses;

/// <summary>Changes the few members of a request that a gateway must change, and leaves every other byte as it came.</summary>
public static class ResponsesSplice
{
    /// <summary>The same body with another model and without Conductor's member `provider`.</summary>
    /// <param name="body">The body that <paramref name="peek"/> was read from.</param>
    /// <param name="peek">Where its members stand.</param>
    /// <param name="model">The target's own name of the model.</param>
    public static ReadOnlyMemory<byte> Apply(ReadOnlySpan<byte> body, ResponsesPeek peek, string model)
    {
        ArgumentNullException.ThrowIfNull(peek);
        ArgumentNullException.ThrowIfNull(model);
        var (removeStart, removeEnd) = peek.ProviderSpan.Length > 0
            ? WithComma(body, peek.ProviderSpan.Start, peek.ProviderSpan.Start + peek.ProviderSpan.Length)
            : (0, 0);
        var output = new ArrayBufferWriter<byte>(body.Length + model.Length + 32);
        var quoted = Quoted(model);
        if (peek.ModelSpan.Length == 0)
        {
            // No model: it becomes the first member, with a comma where another follows.
            var open = body.IndexOf((byte)'{') + 1;
            output.Write(body[..open]);
            output.Write("\"model\":"u8);
            output.Write(quoted);
            var rest = Without(body, open, body.Length, removeStart, removeEnd);
            if (rest.AsSpan().TrimStart(" \t\r\n"u8)[0] != (byte)'}')
            {
                output.Write(","u8);
            }

            output.Write(rest);
            return output.WrittenMemory;
        }

        var end = peek.ModelSpan.Start + peek.ModelSpan.Length;
        output.Write(Without(body, 0, peek.ModelSpan.Start, removeStart, removeEnd));
        output.Write(quoted);
        output.Write(Without(body, end, body.Length, removeStart, removeEnd));
        return output.WrittenMemory;
    }

    private static byte[] Without(ReadOnlySpan<byte> body, int start, int end, int removeStart, int removeEnd) =>
        removeEnd <= start || removeStart >= end
            ? body[start..end].ToArray()
            : [.. body[start..removeStart], .. body[removeEnd..end]];

    /// <summary>Widens a member's span by the comma after it, or for the last member by the one before it.</summary>
    private static (int Start, int End) WithComma(ReadOnlySpan<byte> body, int start, int end)
    {
        var after = end;
        while (IsWhiteSpace(body[after]))
        {
            after++;
        }

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

    private static byte[] Quoted(string model)
    {
        var output = new ArrayBufferWriter<byte>(model.Length + 2);
        using (var writer = new Utf8JsonWriter(output, WireJson.WriterOptions))
        {
            writer.WriteStringValue(model);
        }

        return output.WrittenSpan.ToArray();
    }

    private static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
