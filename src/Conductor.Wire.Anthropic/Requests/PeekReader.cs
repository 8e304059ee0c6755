using System.Globalization;
using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>The one pass of <see cref="AnthropicPeek.Read"/>.</summary>
internal ref struct PeekReader
{
    private static readonly string[] Known =
    [
        "model", "provider", "stream", "max_tokens", "temperature", "top_p", "top_k", "messages", "system", "tools", "tool_choice", "stop_sequences", "metadata",
        "thinking", "output_config", "service_tier",
    ];

    private Utf8JsonReader _reader;
    private uint _seen;
    private string? _model;
    private (int, int) _modelSpan;
    private bool _isStreaming;
    private string? _provider;
    private (int, int) _providerSpan;
    private double? _temperature;
    private int? _maxTokens;
    private bool _hasMessages;

    public static AnthropicPeek Read(ReadOnlySpan<byte> body)
    {
        StrictJson.RequireUtf8(body);
        StrictJson.RequireWholeSurrogates(body);
        var peek = new PeekReader { _reader = new Utf8JsonReader(body, StrictJson.ReaderOptions) };
        try
        {
            peek.ReadRoot();
        }
        catch (JsonException failure)
        {
            throw StrictJson.NotJson(failure);
        }

        return new AnthropicPeek
        {
            Model = peek._model,
            ModelSpan = peek._modelSpan,
            IsStreaming = peek._isStreaming,
            Provider = peek._provider,
            ProviderSpan = peek._providerSpan,
            Temperature = peek._temperature,
            MaxTokens = peek._maxTokens,
            HasMessages = peek._hasMessages,
        };
    }

    private void ReadRoot()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            // The rest must be JSON before its shape is worth a word.
            _reader.Skip();
            while (_reader.Read())
            {
            }

            throw StrictJson.NotAnObject();
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)_reader.TokenStartIndex;
            var index = Find();
            if (index < 0)
            {
                _reader.Skip();
                continue;
            }

            if ((_seen & (1U << index)) != 0)
            {
                throw new WireRequestException(Known[index], $"'{Known[index]}' stands twice; send it once.", WireRequestCodes.DuplicateMember);
            }

            _seen |= 1U << index;
            _reader.Read();
            ReadMember(Known[index], nameStart);
        }

        // Reading past the root is what finds trailing text.
        while (_reader.Read())
        {
        }
    }

    private readonly int Find()
    {
        for (var i = 0; i < Known.Length; i++)
        {
            if (_reader.ValueTextEquals(Known[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private void ReadMember(string name, int nameStart)
    {
        var start = (int)_reader.TokenStartIndex;
        switch (name)
        {
            case "model":
                _model = OptionalString(name);
                _modelSpan = (start, (int)_reader.BytesConsumed - start);
                if (_model is { Length: 0 })
                {
                    throw Invalid(name, "must not be empty");
                }

                break;
            case "provider":
                _provider = OptionalString(name);
                _providerSpan = (nameStart, (int)_reader.BytesConsumed - nameStart);
                break;
            case "stream":
                _isStreaming = _reader.TokenType switch
                {
                    JsonTokenType.True => true,
                    JsonTokenType.False or JsonTokenType.Null => false,
                    _ => throw WrongType(name, "true or false"),
                };
                break;
            case "max_tokens":
                _maxTokens = (int?)OptionalInteger(name, 1);
                break;
            case "temperature":
                _temperature = OptionalFraction(name);
                break;
            case "top_p":
                OptionalFraction(name);
                break;
            case "top_k":
                OptionalInteger(name, 0);
                break;
            case "messages":
                _hasMessages = true;
                ReadMessages();
                break;
            case "system":
                if (_reader.TokenType != JsonTokenType.String)
                {
                    OptionalContainer(name, JsonTokenType.StartArray, "a string or an array of blocks");
                }

                break;
            case "tools" or "stop_sequences":
                OptionalContainer(name, JsonTokenType.StartArray, "an array");
                break;
            case "service_tier":
                OptionalString(name);
                break;
            default:
                OptionalContainer(name, JsonTokenType.StartObject, "an object");
                break;
        }
    }

    private void ReadMessages()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            throw WrongType("messages", "an array");
        }

        var isEmpty = true;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            isEmpty = false;
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                throw WrongType("messages", "an array of objects");
            }

            _reader.Skip();
        }

        if (isEmpty)
        {
            throw Invalid("messages", "must not be empty");
        }
    }

    private void OptionalContainer(string name, JsonTokenType start, string wanted)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (_reader.TokenType != start)
        {
            throw WrongType(name, wanted);
        }

        _reader.Skip();
    }

    private readonly string? OptionalString(string name) => _reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => _reader.GetString(),
        _ => throw WrongType(name, "a string"),
    };

    private readonly double? OptionalFraction(string name) => _reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number => _reader.TryGetDouble(out var number) && number is >= 0 and <= 1 ? number : throw Invalid(name, "must be between 0 and 1"),
        _ => throw WrongType(name, "a number"),
    };

    private readonly long? OptionalInteger(string name, int minimum) => _reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number => _reader.TryGetInt64(out var number) && number >= minimum && number <= int.MaxValue
            ? number
            : throw Invalid(name, string.Create(CultureInfo.InvariantCulture, $"must be an integer between {minimum} and {int.MaxValue}")),
        _ => throw WrongType(name, "an integer"),
    };

    private static WireRequestException WrongType(string name, string wanted) => new(name, $"'{name}' must be {wanted}.", WireRequestCodes.InvalidType);

    private static WireRequestException Invalid(string name, string rule) => new(name, $"'{name}' {rule}.", WireRequestCodes.InvalidValue);
}
