using System.Text.Json;

namespace Conductor.Wire.Responses;

/// <summary>The top-level members of a request that routing, limits and prices need, read in one pass without building anything else.</summary>
/// <remarks>Strict, because a body that goes on as bytes is never looked at again: UTF-8, one object, known members once and of their type. Unknown members pass.</remarks>
public sealed record ResponsesPeek
{
    /// <summary>Null where the body names none.</summary>
    public string? Model { get; init; }

    /// <summary>Where the value of `model` stands, quotes included; (0, 0) where it does not.</summary>
    public (int Start, int Length) ModelSpan { get; init; }

    /// <summary>`stream`.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Conductor's own member `provider`; null where absent.</summary>
    public string? Provider { get; init; }

    /// <summary>Where the member `provider` stands, from its name's quote to its value's end; (0, 0) where it does not.</summary>
    public (int Start, int Length) ProviderSpan { get; init; }

    /// <summary>`temperature`, 0 to 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>`max_output_tokens`.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Whether there is a member `input` that is a string or an array and not empty.</summary>
    public bool HasInput { get; init; }

    /// <summary>Reads the members.</summary>
    /// <exception cref="WireRequestException">The body is not such an object, or one of its known members is wrong.</exception>
    public static ResponsesPeek Read(ReadOnlySpan<byte> body)
    {
        StrictJson.RequireUtf8(body);
        StrictJson.RequireWholeSurrogates(body);
        var reader = new Utf8JsonReader(body, StrictJson.ReaderOptions);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                while (reader.Read()) // the rest must be JSON before its shape is worth a word
                {
                }

                throw StrictJson.NotAnObject();
            }

            var peek = new ResponsesPeek();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var nameStart = (int)reader.TokenStartIndex;
                var name = reader.GetString()!;
                if (!seen.Add(name))
                {
                    throw new WireRequestException(name, $"'{name}' stands twice; send it once.", WireRequestCodes.DuplicateMember);
                }

                reader.Read();
                peek = Read(ref reader, name, nameStart, peek);
            }

            while (reader.Read()) // trailing text
            {
            }

            return peek;
        }
        catch (JsonException failure)
        {
            throw StrictJson.NotJson(failure);
        }
    }

    private static ResponsesPeek Read(ref Utf8JsonReader reader, string name, int nameStart, ResponsesPeek peek)
    {
        var start = (int)reader.TokenStartIndex;
        switch (name)
        {
            case "model":
                var model = Text(ref reader, name);
                return model is { Length: 0 }
                    ? throw new WireRequestException(name, "'model' must not be empty.", WireRequestCodes.InvalidValue)
                    : peek with { Model = model, ModelSpan = (start, (int)reader.BytesConsumed - start) };
            case "provider":
                return peek with { Provider = Text(ref reader, name), ProviderSpan = (nameStart, (int)reader.BytesConsumed - nameStart) };
            case "stream":
                return peek with { IsStreaming = Flag(ref reader, name) ?? false };
            case "store" or "background" or "parallel_tool_calls":
                Flag(ref reader, name);
                return peek;
            case "temperature":
                return peek with { Temperature = Number(ref reader, name, 2) };
            case "top_p":
                Number(ref reader, name, 1);
                return peek;
            case "max_output_tokens":
                return peek with { MaxTokens = Integer(ref reader, name) };
            case "instructions" or "previous_response_id" or "truncation" or "service_tier" or "user":
                Text(ref reader, name);
                return peek;
            case "input":
                var first = reader.TokenType;
                var isEmpty = first == JsonTokenType.String && reader.ValueSpan.IsEmpty;
                if (first == JsonTokenType.StartArray)
                {
                    var probe = reader;
                    isEmpty = probe.Read() && probe.TokenType == JsonTokenType.EndArray;
                }
                else if (first is not (JsonTokenType.String or JsonTokenType.Null))
                {
                    throw WrongType(name, "a string or an array of items");
                }

                reader.Skip();
                return isEmpty
                    ? throw new WireRequestException(name, "'input' must not be empty.", WireRequestCodes.InvalidValue)
                    : peek with { HasInput = first != JsonTokenType.Null };
            default:
                reader.Skip();
                return peek;
        }
    }

    private static string? Text(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => reader.GetString(),
        _ => throw WrongType(name, "a string"),
    };

    private static bool? Flag(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw WrongType(name, "true or false"),
    };

    private static double? Number(ref Utf8JsonReader reader, string name, double maximum) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetDouble(out var number) && number >= 0 && number <= maximum => number,
        JsonTokenType.Number => throw new WireRequestException(
            name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"'{name}' must be between 0 and {maximum}."), WireRequestCodes.InvalidValue),
        _ => throw WrongType(name, "a number"),
    };

    private static int? Integer(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetInt32(out var number) && number >= 1 => number,
        JsonTokenType.Number => throw new WireRequestException(name, $"'{name}' must be an integer of at least 1.", WireRequestCodes.InvalidValue),
        _ => throw WrongType(name, "an integer"),
    };

    private static WireRequestException WrongType(string name, string wanted) => new(name, $"'{name}' must be {wanted}.", WireRequestCodes.InvalidType);
}
