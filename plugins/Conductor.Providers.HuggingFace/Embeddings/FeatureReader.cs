using System.Text.Json;
using Conductor.Wire;

namespace Conductor.Providers.HuggingFace;

/// <summary>Reads what `feature-extraction` answers: a vector for one text, a vector each for several, or a vector for every token, whose mean is taken.</summary>
internal static class FeatureReader
{
    /// <summary>The vectors, one per text.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="inputs">How many texts were asked for; tells two dimensions apart.</param>
    /// <exception cref="WireResponseException">The answer is none, or its vectors differ in length.</exception>
    public static List<ReadOnlyMemory<float>> Read(ReadOnlySpan<byte> body, int inputs)
    {
        try
        {
            var root = JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = StrictJson.MaxDepth });
            List<ReadOnlyMemory<float>> vectors = Depth(root) switch
            {
                1 => [Numbers(root)],
                2 when inputs == 1 && root.GetArrayLength() > 1 => [Mean(root)], // a vector for each token of the only text
                2 => [.. root.EnumerateArray().Select(Numbers)],
                3 => [.. root.EnumerateArray().Select(Mean)],
                4 when root.GetArrayLength() == 1 => [.. root[0].EnumerateArray().Select(Mean)], // some wrap the batch once more
                _ => throw Wrong(),
            };
            return vectors.TrueForAll(vector => vector.Length == vectors[0].Length) ? vectors : throw Wrong();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "The answer holds no vectors.", null, failure);
        }
    }

    private static int Depth(JsonElement element)
    {
        var depth = 0;
        while (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0)
        {
            element = element[0];
            depth++;
        }

        return element.ValueKind == JsonValueKind.Number ? depth : throw Wrong();
    }

    private static ReadOnlyMemory<float> Numbers(JsonElement vector)
    {
        var numbers = new float[vector.GetArrayLength()];
        var place = 0;
        foreach (var number in vector.EnumerateArray())
        {
            numbers[place++] = number.GetSingle() is var value && float.IsFinite(value) ? value : throw Wrong();
        }

        return numbers.Length > 0 ? numbers : throw Wrong();
    }

    private static ReadOnlyMemory<float> Mean(JsonElement tokens)
    {
        double[]? sums = null;
        var count = 0;
        foreach (var token in tokens.EnumerateArray())
        {
            var numbers = Numbers(token).Span;
            sums ??= new double[numbers.Length];
            if (numbers.Length != sums.Length)
            {
                throw Wrong();
            }

            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += numbers[i];
            }

            count++;
        }

        return sums is null ? throw Wrong() : Array.ConvertAll(sums, sum => (float)(sum / count));
    }

    private static WireResponseException Wrong() => new(WireResponseFault.WrongShape, "The answer holds no vectors, or some of different lengths.");
}
