using System.Buffers;

namespace Conductor.Wire.Ollama;

/// <summary>`/api/pull`: fetching a model, told line by line.</summary>
public static class OllamaPull
{
    /// <summary>Writes the body that asks for a model, with progress as a stream.</summary>
    public static void Write(IBufferWriter<byte> output, string model)
    {
        ArgumentNullException.ThrowIfNull(output);
        OllamaJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteBoolean("stream"u8, true);
            writer.WriteEndObject();
        });
    }

    /// <summary>Reads one line of the answer.</summary>
    /// <exception cref="WireResponseException">The line is an error, or no such line.</exception>
    public static OllamaPullLine ReadLine(ReadOnlySpan<byte> line) => OllamaJson.Read(line, root => new OllamaPullLine(
        OllamaJson.String(root, "status"u8) ?? throw new WireResponseException("A line of the progress has no 'status'."),
        OllamaJson.String(root, "digest"u8),
        OllamaJson.Count(root, "total"u8),
        OllamaJson.Count(root, "completed"u8)));
}

/// <summary>One line of progress.</summary>
/// <param name="Status">For example `pulling manifest`; the last one is `success`. The server's own text.</param>
/// <param name="Digest">Of the part that is being fetched; null where none is.</param>
/// <param name="Total">Its bytes; null where unknown.</param>
/// <param name="Completed">Those of them that are here; absent while there are none.</param>
public sealed record OllamaPullLine(string Status, string? Digest, long? Total, long? Completed)
{
    /// <summary>Whether the model is there: the only end that is a success.</summary>
    public bool IsSuccess => Status == "success";
}
