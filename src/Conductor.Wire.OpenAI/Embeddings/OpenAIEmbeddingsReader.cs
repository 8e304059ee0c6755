using System.Buffers.Binary;
using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>Embeddings: bytes to types.</summary>
public static class OpenAIEmbeddingsReader
{
    /// <summary>OpenAI's own limit of inputs per request.</summary>
    public const int MaxInputs = 2048;

    /// <summary>Reads a request.</summary>
    /// <exception cref="WireRequestException">The body is not one; the exception names the member.</exception>
    public static OpenAIEmbeddingsRequest ReadRequest(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var model = root["model"];
        var format = root["encoding_format"];
        root["user"].OptionalString();
        var (inputs, tokens) = ReadInput(root["input"]);
        return new OpenAIEmbeddingsRequest
        {
            Model = model.IsNull ? null : model.NonEmptyString(),
            Inputs = inputs,
            Tokens = tokens,
            Count = inputs?.Count ?? tokens!.Count,
            Others = [.. root.Value.EnumerateObject().Where(member => !IsOwn(member.Name) && member.Value.ValueKind != JsonValueKind.Null).Select(member => member.Name)],
            Dimensions = (int?)root["dimensions"].OptionalInteger(1, KnownMembers.MaxDimensions),
            WantsBase64 = format.OptionalString() switch
            {
                null or "float" => false,
                "base64" => true,
                _ => throw format.Invalid("must be 'float' or 'base64'"),
            },
        };
    }

    private static bool IsOwn(string member) => member is "model" or "input" or "dimensions" or "encoding_format" or "provider";

    /// <summary>Reads an answer: its vectors in the order of their `index`, numbers or base64.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer.</exception>
    public static (IReadOnlyList<ReadOnlyMemory<float>> Vectors, WireUsage? Usage) ReadResponse(ReadOnlySpan<byte> body) => ResponseJson.Read(body, ReadResponse);

    private static (IReadOnlyList<ReadOnlyMemory<float>> Vectors, WireUsage? Usage) ReadResponse(JsonElement root)
    {
        if (ResponseJson.Member(root, "data"u8, JsonValueKind.Array) is not { } data || data.GetArrayLength() == 0)
        {
            throw new WireResponseException(WireResponseFault.Empty, "The answer has no vectors.");
        }

        var vectors = new ReadOnlyMemory<float>[data.GetArrayLength()];
        var isFilled = new bool[vectors.Length];
        var position = 0;
        foreach (var row in data.EnumerateArray())
        {
            var index = OpenAIResponseReader.Index(row) ?? position;
            if (index >= vectors.Length || isFilled[index])
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "The answer's vectors are numbered wrongly.");
            }

            vectors[index] = ReadVector(row);
            isFilled[index] = true;
            position++;
        }

        return (vectors, ResponseJson.Usage(root));
    }

    private static float[] ReadVector(JsonElement row)
    {
        if (ResponseJson.Member(row, "embedding"u8, JsonValueKind.String) is { } text)
        {
            if (!text.TryGetBytesFromBase64(out var bytes) || bytes.Length == 0 || bytes.Length % sizeof(float) != 0)
            {
                throw NotAVector();
            }

            var decoded = new float[bytes.Length / sizeof(float)];
            for (var i = 0; i < decoded.Length; i++)
            {
                decoded[i] = Finite(BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float))));
            }

            return decoded;
        }

        if (ResponseJson.Member(row, "embedding"u8, JsonValueKind.Array) is not { } numbers || numbers.GetArrayLength() == 0)
        {
            throw NotAVector();
        }

        var vector = new float[numbers.GetArrayLength()];
        var position = 0;
        foreach (var number in numbers.EnumerateArray())
        {
            vector[position++] = number.ValueKind == JsonValueKind.Number && number.TryGetSingle(out var value) ? Finite(value) : throw NotAVector();
        }

        return vector;
    }

    private static float Finite(float value) => float.IsFinite(value) ? value : throw NotAVector();

    private static WireResponseException NotAVector() => new(WireResponseFault.WrongShape, "A row of the answer holds no vector of finite numbers.");

    private static (IReadOnlyList<string>? Inputs, IReadOnlyList<int[]>? Tokens) ReadInput(RequestElement input)
    {
        if (input.Value.ValueKind == JsonValueKind.String)
        {
            return ([input.NonEmptyString()], null);
        }

        if (input.Value.ValueKind == JsonValueKind.Undefined)
        {
            throw input.Missing();
        }

        if (input.Value.ValueKind != JsonValueKind.Array)
        {
            throw input.WrongType("a string, an array of strings or arrays of token ids");
        }

        var length = input.Value.GetArrayLength();
        if (length == 0)
        {
            throw input.Invalid("must not be empty");
        }

        switch (input.Value[0].ValueKind)
        {
            case JsonValueKind.String:
                RequireFewer(input, length);
                return ([.. input.Items().Select(item => item.NonEmptyString())], null);
            case JsonValueKind.Number:
                return (null, [ReadTokens(input)]);
            case JsonValueKind.Array:
                RequireFewer(input, length);
                return (null, [.. input.Items().Select(ReadTokens)]);
            default:
                throw input.WrongType("a string, an array of strings or arrays of token ids");
        }
    }

    private static void RequireFewer(RequestElement input, int length)
    {
        if (length > MaxInputs)
        {
            throw input.Invalid($"may hold at most {MaxInputs} items");
        }
    }

    private static int[] ReadTokens(RequestElement tokens)
    {
        int[] ids = [.. tokens.Items().Select(token => (int)(token.OptionalInteger(0, int.MaxValue) ?? throw token.WrongType("a token id")))];
        return ids.Length > 0 ? ids : throw tokens.Invalid("must not be empty");
    }
}
