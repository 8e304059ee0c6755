using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conductor.Operations;

/// <summary>Texts as vectors.</summary>
public sealed record EmbeddingsResult
{
    /// <summary>The vectors, in the order of the texts. In JSON one array of numbers for one `text`, an array of such arrays for `texts`.</summary>
    public required EmbeddingVectors Embeddings { get; init; }

    /// <summary>The model that made them.</summary>
    public required string Model { get; init; }

    /// <summary>Length of each vector.</summary>
    public required int Dimensions { get; init; }
}

/// <summary>Vectors of one text or of several.</summary>
/// <param name="Vectors">One for each text, in their order.</param>
/// <param name="IsSingle">Whether one text was asked for as such; decides the shape in JSON.</param>
[JsonConverter(typeof(EmbeddingVectorsConverter))]
public sealed record EmbeddingVectors(IReadOnlyList<ReadOnlyMemory<float>> Vectors, bool IsSingle);

/// <summary>An array of numbers for one text, an array of such arrays for several.</summary>
internal sealed class EmbeddingVectorsConverter : JsonConverter<EmbeddingVectors>
{
    public override EmbeddingVectors Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("Embeddings are an array of numbers, or an array of such arrays.");
        }

        List<ReadOnlyMemory<float>> vectors = [];
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
        {
            return new EmbeddingVectors([ReadVector(ref reader)], IsSingle: true);
        }

        while (reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            vectors.Add(ReadVector(ref reader));
            reader.Read();
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? new EmbeddingVectors(vectors, IsSingle: false)
            : throw new JsonException("Embeddings are an array of numbers, or an array of such arrays.");
    }

    public override void Write(Utf8JsonWriter writer, EmbeddingVectors value, JsonSerializerOptions options)
    {
        if (value is { IsSingle: true, Vectors: [var only] })
        {
            Write(writer, only.Span);
            return;
        }

        writer.WriteStartArray();
        foreach (var vector in value.Vectors)
        {
            Write(writer, vector.Span);
        }

        writer.WriteEndArray();
    }

    private static float[] ReadVector(ref Utf8JsonReader reader)
    {
        List<float> vector = [];
        while (reader.TokenType == JsonTokenType.Number)
        {
            vector.Add(reader.GetSingle());
            reader.Read();
        }

        return reader.TokenType == JsonTokenType.EndArray ? [.. vector] : throw new JsonException("A vector is an array of numbers.");
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<float> vector)
    {
        writer.WriteStartArray();
        foreach (var value in vector)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }
}
