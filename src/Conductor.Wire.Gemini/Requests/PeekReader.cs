using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>The one pass of <see cref="GeminiPeek.Read"/>.</summary>
internal sealed class PeekReader
{
    private readonly List<(int, int)> _models = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private double? _temperature;
    private int? _maxTokens;
    private int? _candidates;
    private bool _showsThoughts;
    private bool _hasContents;
    private bool _hasInput;

    public GeminiPeek Read(ReadOnlySpan<byte> body)
    {
        StrictJson.RequireUtf8(body);
        StrictJson.RequireWholeSurrogates(body);
        try
        {
            var reader = new Utf8JsonReader(body, StrictJson.ReaderOptions);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                while (reader.Read())
                {
                }

                throw StrictJson.NotAnObject();
            }

            ReadObject(ref reader, "");
            while (reader.Read())
            {
            }
        }
        catch (JsonException failure)
        {
            throw StrictJson.NotJson(failure);
        }

        return new GeminiPeek
        {
            Temperature = _temperature,
            MaxTokens = _maxTokens,
            Candidates = _candidates,
            ShowsThoughts = _showsThoughts,
            HasContents = _hasContents,
            HasInput = _hasInput,
            IsBatch = _seen.Contains("requests"),
            ModelSpans = _models,
        };
    }

    /// <summary>Reads the object that the reader stands on, to its end. What is of no interest is passed over without being built.</summary>
    private void ReadObject(ref Utf8JsonReader reader, string path)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = GeminiNames.Camel(reader.GetString()!);
            var full = path + name;
            if (!_seen.Add(full))
            {
                throw new WireRequestException(full, $"'{full}' stands twice; send it once.", WireRequestCodes.DuplicateMember);
            }

            reader.Read();
            ReadMember(ref reader, full);
        }
    }

    private void ReadMember(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        switch (path)
        {
            case "model" or "generateContentRequest.model":
                TakeModel(ref reader, path);
                break;
            case "contents" or "generateContentRequest.contents":
                _hasContents = true;
                RequireItems(ref reader, path);
                break;
            case "content":
                _hasInput = true;
                Require(ref reader, path, JsonTokenType.StartObject, "an object");
                break;
            case "requests":
                _hasInput = true;
                ReadRequests(ref reader);
                break;
            case "generationConfig" or "generateContentRequest" or "generationConfig.thinkingConfig":
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    throw WrongType(path, "an object");
                }

                ReadObject(ref reader, path + ".");
                break;
            case "systemInstruction" or "toolConfig":
                Require(ref reader, path, JsonTokenType.StartObject, "an object");
                break;
            case "tools" or "safetySettings" or "generationConfig.stopSequences":
                Require(ref reader, path, JsonTokenType.StartArray, "an array");
                break;
            case "generationConfig.temperature":
                _temperature = reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var temperature) && temperature is >= 0 and <= 2 ? temperature : throw Invalid(path, "must be a number between 0 and 2");
                break;
            case "generationConfig.maxOutputTokens":
                _maxTokens = Integer(ref reader, path, int.MaxValue);
                break;
            case "generationConfig.thinkingConfig.includeThoughts":
                _showsThoughts = reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw WrongType(path, "true or false");
                break;
            case "generationConfig.candidateCount":
                _candidates = Integer(ref reader, path, GeminiPeek.MaxCandidates);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadRequests(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw WrongType("requests", "an array");
        }

        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw WrongType("requests", "an array of objects");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isModel = reader.ValueTextEquals("model"u8);
                reader.Read();
                if (isModel && reader.TokenType != JsonTokenType.Null)
                {
                    TakeModel(ref reader, "requests.model");
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        if (count == 0)
        {
            throw Invalid("requests", "must not be empty");
        }
    }

    private void TakeModel(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw WrongType(path, "a string");
        }

        var start = (int)reader.TokenStartIndex;
        _models.Add((start, (int)reader.BytesConsumed - start));
    }

    private static void RequireItems(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw WrongType(path, "an array");
        }

        var isEmpty = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            isEmpty = false;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw WrongType(path, "an array of objects");
            }

            reader.Skip();
        }

        if (isEmpty)
        {
            throw Invalid(path, "must not be empty");
        }
    }

    private static void Require(ref Utf8JsonReader reader, string path, JsonTokenType start, string wanted)
    {
        if (reader.TokenType != start)
        {
            throw WrongType(path, wanted);
        }

        reader.Skip();
    }

    private static int Integer(ref Utf8JsonReader reader, string path, int maximum)
    {
        var isNumber = reader.TokenType == JsonTokenType.String ? int.TryParse(reader.GetString(), out var value)
            : reader.TokenType == JsonTokenType.Number ? reader.TryGetInt32(out value)
            : throw WrongType(path, "an integer");
        return isNumber && value >= 1 && value <= maximum ? value : throw Invalid(path, $"must be an integer between 1 and {maximum}");
    }

    private static WireRequestException WrongType(string path, string wanted) => new(path, $"'{path}' must be {wanted}.", WireRequestCodes.InvalidType);

    private static WireRequestException Invalid(string path, string rule) => new(path, $"'{path}' {rule}.", WireRequestCodes.InvalidValue);
}
