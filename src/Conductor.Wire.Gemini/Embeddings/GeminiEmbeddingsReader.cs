using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>Vectors: bytes to types.</summary>
public static class GeminiEmbeddingsReader
{
    /// <summary>Google's own limit of inputs per request.</summary>
    public const int MaxInputs = 100;

    private const int MaxDimensions = 65_536;

    /// <summary>Reads a request for one vector.</summary>
    /// <exception cref="WireRequestException">The body is not one; the exception names the member.</exception>
    public static GeminiEmbeddingsRequest ReadSingle(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var (input, dimensions, extra) = ReadItem(root);
        return new GeminiEmbeddingsRequest { Inputs = [input], Dimensions = dimensions, Extra = extra };
    }

    /// <summary>Reads a request for several vectors. All of them have one length.</summary>
    /// <exception cref="WireRequestException">The body is not one; the exception names the member.</exception>
    public static GeminiEmbeddingsRequest ReadBatch(ReadOnlySpan<byte> body)
    {
        var requests = new RequestElement(StrictJson.ParseRequest(body), "")["requests"];
        var count = requests.RequireArray().Value.GetArrayLength();
        if (count is 0 or > MaxInputs)
        {
            throw requests.Invalid($"must hold 1 to {MaxInputs} requests");
        }

        var inputs = new List<string>(count);
        int? dimensions = null;
        IReadOnlyList<KeyValuePair<string, JsonElement>> extra = [];
        foreach (var request in requests.Items())
        {
            var (input, length, others) = ReadItem(request);
            if (inputs.Count == 0)
            {
                (dimensions, extra) = (length, others);
            }
            else if (length != dimensions)
            {
                throw request.Get("outputDimensionality").Invalid("must be the same in all requests of a batch");
            }

            inputs.Add(input);
        }

        return new GeminiEmbeddingsRequest { Inputs = inputs, Dimensions = dimensions, Extra = extra };
    }

    /// <summary>Reads an answer of either kind.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer.</exception>
    public static (IReadOnlyList<ReadOnlyMemory<float>> Vectors, WireUsage? Usage) ReadResponse(ReadOnlySpan<byte> body) => GeminiJson.Read(body, ReadResponse);

    private static (IReadOnlyList<ReadOnlyMemory<float>> Vectors, WireUsage? Usage) ReadResponse(JsonElement root)
    {
        var vectors = new List<ReadOnlyMemory<float>>();
        if (GeminiJson.Member(root, "embedding"u8, JsonValueKind.Object) is { } single)
        {
            vectors.Add(ReadVector(single));
        }

        foreach (var item in GeminiJson.Member(root, "embeddings"u8, JsonValueKind.Array)?.EnumerateArray() ?? default)
        {
            vectors.Add(ReadVector(item));
        }

        return vectors.Count > 0 ? (vectors, UsageReader.Read(root)) : throw new WireResponseException(WireResponseFault.Empty, "The answer has no vectors.");
    }

    private static float[] ReadVector(JsonElement item)
    {
        if (GeminiJson.Member(item, "values"u8, JsonValueKind.Array) is not { } values || values.GetArrayLength() == 0)
        {
            throw NotAVector();
        }

        var vector = new float[values.GetArrayLength()];
        var position = 0;
        foreach (var value in values.EnumerateArray())
        {
            vector[position++] = value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number) ? number : throw NotAVector();
        }

        return vector;
    }

    private static WireResponseException NotAVector() => new(WireResponseFault.WrongShape, "An item of the answer holds no vector of finite numbers.");

    private static (string Input, int? Dimensions, IReadOnlyList<KeyValuePair<string, JsonElement>> Extra) ReadItem(RequestElement request)
    {
        string? input = null;
        int? dimensions = null;
        var extra = new List<KeyValuePair<string, JsonElement>>();
        foreach (var (name, member) in request.Members())
        {
            switch (name)
            {
                case "model":
                    member.String(); // the address says it
                    break;
                case "content":
                    input = ReadContent(member);
                    break;
                case "outputDimensionality":
                    dimensions = (int?)member.Integer(1, MaxDimensions);
                    break;
                default:
                    extra.Add(new(name, member.Value));
                    break;
            }
        }

        return (input ?? throw request["content"].Missing(), dimensions, extra);
    }

    private static string ReadContent(RequestElement content)
    {
        var parts = content.RequireObject().Get("parts");
        var text = string.Concat(parts.Items().Select(part => part.RequireObject().Value.TryGetProperty("text"u8, out _)
            ? part["text"].String()
            : throw part.Invalid("must hold 'text': vectors are made of texts here")));
        return text.Length > 0 ? text : throw parts.Invalid("must not be empty");
    }
}
