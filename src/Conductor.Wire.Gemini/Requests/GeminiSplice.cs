using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>Changes the names of the model in a request that a gateway must change, and leaves every other byte as it came.</summary>
public static class GeminiSplice
{
    /// <summary>The same body with another model wherever it names one; a body that names none is the same.</summary>
    /// <param name="body">The body that <paramref name="peek"/> was read from.</param>
    /// <param name="peek">Where its members stand.</param>
    /// <param name="model">The target's own name of the model, with or without `models/`.</param>
    public static ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> body, GeminiPeek peek, string model)
    {
        ArgumentNullException.ThrowIfNull(peek);
        ArgumentNullException.ThrowIfNull(model);
        if (peek.ModelSpans.Count == 0)
        {
            return body;
        }

        var name = new ArrayBufferWriter<byte>(64);
        WireJson.Write(name, writer => writer.WriteStringValue(GeminiModelName.Resource(model)));
        var output = new ArrayBufferWriter<byte>(body.Length + (peek.ModelSpans.Count * name.WrittenCount));
        var position = 0;
        foreach (var (start, length) in peek.ModelSpans)
        {
            output.Write(body.Span[position..start]);
            output.Write(name.WrittenSpan);
            position = start + length;
        }

        output.Write(body.Span[position..]);
        return output.WrittenMemory;
    }
}
