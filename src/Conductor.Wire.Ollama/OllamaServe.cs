using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>Says in a request that goes on as bytes how the model is to be run, where its caller has not: what stands there stays as it is, to the byte.</summary>
public static class OllamaServe
{
    /// <summary>Whether the request names its own context, `options.num_ctx`. Then all of it is the caller's.</summary>
    /// <param name="body">A request that is JSON and an object.</param>
    public static bool NamesContext(ReadOnlySpan<byte> body) => Find(body).HasContext;

    /// <summary>The same request with a context, and with `truncate` and `shift` off: what does not fit is an error and nothing is cut.</summary>
    /// <param name="body">A request that is JSON and an object with at least one member.</param>
    /// <param name="serving">The context, and how long the model stays in memory; each only where the request does not say.</param>
    /// <param name="canShift">Whether the address knows `shift`: those that write text do.</param>
    public static ReadOnlyMemory<byte> Fill(ReadOnlySpan<byte> body, OllamaServing serving, bool canShift)
    {
        ArgumentNullException.ThrowIfNull(serving);
        var seen = Find(body);
        var output = new ArrayBufferWriter<byte>(body.Length + 128);
        var open = body.IndexOf((byte)'{') + 1;
        output.Write(body[..open]);
        output.Write(Members(serving, seen, canShift));
        if (seen.HasContext || serving.NumCtx is not { } size)
        {
            output.Write(body[open..]);
            return output.WrittenMemory;
        }

        var context = System.Text.Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"num_ctx\":{size}"));
        var (start, length) = seen.Options;
        if (length == 0)
        {
            output.Write("\"options\":{"u8);
            output.Write(context);
            output.Write("},"u8);
            output.Write(body[open..]);
            return output.WrittenMemory;
        }

        output.Write(body[open..start]);
        output.Write("{"u8);
        output.Write(context);
        var isObject = body[start] == (byte)'{';
        var rest = isObject ? body[(start + 1)..] : "}"u8; // null is as good as none
        output.Write(rest.TrimStart(" \t\r\n"u8)[0] == (byte)'}' ? default : ","u8);
        output.Write(rest);
        output.Write(isObject ? default : body[(start + length)..]);
        return output.WrittenMemory;
    }

    // Each with its comma: the request has a member that follows.
    private static ReadOnlySpan<byte> Members(OllamaServing serving, Seen seen, bool canShift)
    {
        var members = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(members))
        {
            writer.WriteStartObject();
            if (!seen.HasTruncate)
            {
                writer.WriteBoolean("truncate"u8, false);
            }

            if (canShift && !seen.HasShift)
            {
                writer.WriteBoolean("shift"u8, false);
            }

            if (!seen.HasKeepAlive)
            {
                serving.WriteKeepAlive(writer);
            }

            writer.WriteEndObject();
        }

        return members.WrittenCount == 2 ? default : (byte[])[.. members.WrittenSpan[1..^1], (byte)','];
    }

    private static Seen Find(ReadOnlySpan<byte> body)
    {
        var seen = default(Seen);
        var reader = new Utf8JsonReader(body, StrictJson.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isOptions = reader.ValueTextEquals("options"u8);
            seen.HasTruncate |= reader.ValueTextEquals("truncate"u8);
            seen.HasShift |= reader.ValueTextEquals("shift"u8);
            seen.HasKeepAlive |= reader.ValueTextEquals("keep_alive"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isOptions && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    seen.HasContext |= reader.ValueTextEquals("num_ctx"u8);
                    reader.Read();
                    reader.Skip();
                }
            }

            reader.Skip();
            seen.Options = isOptions ? (start, (int)reader.BytesConsumed - start) : seen.Options;
        }

        return seen;
    }

    private record struct Seen
    {
        public bool HasTruncate { get; set; }

        public bool HasShift { get; set; }

        public bool HasKeepAlive { get; set; }

        public bool HasContext { get; set; }

        public (int Start, int Length) Options { get; set; }
    }
}
