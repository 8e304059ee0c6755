using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>The one pass of <see cref="OpenAIPeek.Read"/>.</summary>
internal ref struct PeekReader
{
    private Utf8JsonReader _reader;
    private ulong _seen;
    private bool _isCompletion;

    private string? _model;
    private (int, int) _modelSpan;
    private bool _isStreaming;
    private bool _wantsUsage;
    private (int, int) _streamOptionsSpan;
    private string? _provider;
    private (int, int) _providerSpan;
    private double? _temperature;
    private int? _maxTokens;
    private int? _maxCompletionTokens;
    private int? _choices;
    private bool _hasMessages;
    private bool _hasInput;

    public static OpenAIPeek Read(ReadOnlySpan<byte> body, bool isCompletion)
    {
        StrictJson.RequireUtf8(body);
        StrictJson.RequireWholeSurrogates(body);
        var peek = new PeekReader { _reader = new Utf8JsonReader(body, StrictJson.ReaderOptions), _isCompletion = isCompletion };
        try
        {
            peek.ReadRoot();
        }
        catch (JsonException failure)
        {
            throw StrictJson.NotJson(failure);
        }

        return new OpenAIPeek
        {
            Model = peek._model,
            ModelSpan = peek._modelSpan,
            IsStreaming = peek._isStreaming,
            WantsUsage = peek._wantsUsage,
            StreamOptionsSpan = peek._streamOptionsSpan,
            Provider = peek._provider,
            ProviderSpan = peek._providerSpan,
            Temperature = peek._temperature,
            MaxTokens = Larger(peek._maxCompletionTokens, peek._maxTokens), // which of two a server goes by is the server's
            Choices = peek._choices,
            HasMessages = peek._hasMessages,
            HasInput = peek._hasInput,
        };
    }

    private static int? Larger(int? one, int? other) => one > other ? one : other ?? one;

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
            var member = KnownMembers.Find(ref _reader);
            if (member == KnownMember.Unknown)
            {
                _reader.Skip();
                continue;
            }

            var bit = 1UL << (int)member;
            if ((_seen & bit) != 0)
            {
                var name = KnownMembers.NameOf(member);
                throw new WireRequestException(name, $"'{name}' stands twice; send it once.", WireRequestCodes.DuplicateMember);
            }

            _seen |= bit;
            _reader.Read();
            ReadMember(member, nameStart);
        }

        // Reading past the root is what finds trailing text.
        while (_reader.Read())
        {
        }
    }

    private void ReadMember(KnownMember member, int nameStart)
    {
        var start = (int)_reader.TokenStartIndex;
        switch (member)
        {
            case KnownMember.Model:
                _model = OptionalString(member);
                _modelSpan = (start, (int)_reader.BytesConsumed - start);
                if (_model is { Length: 0 })
                {
                    throw Invalid(member, "must not be empty");
                }

                break;
            case KnownMember.Provider:
                _provider = OptionalString(member);
                _providerSpan = (nameStart, (int)_reader.BytesConsumed - nameStart);
                break;
            case KnownMember.Stream:
                _isStreaming = OptionalBoolean(member) ?? false;
                break;
            case KnownMember.StreamOptions:
                ReadStreamOptions();
                _streamOptionsSpan = (start, (int)_reader.BytesConsumed - start);
                break;
            case KnownMember.Temperature:
                _temperature = OptionalNumber(member, 0, 2);
                break;
            case KnownMember.TopP:
                OptionalNumber(member, 0, 1);
                break;
            case KnownMember.FrequencyPenalty or KnownMember.PresencePenalty:
                OptionalNumber(member, -2, 2);
                break;
            case KnownMember.MaxTokens:
                _maxTokens = (int?)OptionalInteger(member, _isCompletion ? 0 : 1, int.MaxValue);
                break;
            case KnownMember.MaxCompletionTokens:
                _maxCompletionTokens = (int?)OptionalInteger(member, 1, int.MaxValue);
                break;
            case KnownMember.N:
                _choices = (int?)OptionalInteger(member, 1, KnownMembers.MaxChoices);
                break;
            case KnownMember.TopLogprobs:
                OptionalInteger(member, 0, 20);
                break;
            case KnownMember.Seed:
                OptionalInteger(member, long.MinValue, long.MaxValue);
                break;
            case KnownMember.Dimensions:
                OptionalInteger(member, 1, KnownMembers.MaxDimensions);
                break;
            case KnownMember.Logprobs when _isCompletion:
                OptionalInteger(member, 0, int.MaxValue);
                break;
            case KnownMember.Logprobs or KnownMember.ParallelToolCalls or KnownMember.Store:
                OptionalBoolean(member);
                break;
            case KnownMember.User or KnownMember.ReasoningEffort or KnownMember.EncodingFormat:
                OptionalString(member);
                break;
            case KnownMember.ResponseFormat or KnownMember.LogitBias or KnownMember.Metadata:
                OptionalContainer(member, JsonTokenType.StartObject, "an object");
                break;
            case KnownMember.Tools:
                OptionalContainer(member, JsonTokenType.StartArray, "an array");
                break;
            case KnownMember.ToolChoice:
                if (_reader.TokenType != JsonTokenType.String)
                {
                    OptionalContainer(member, JsonTokenType.StartObject, "a string or an object");
                }

                break;
            case KnownMember.Stop:
                ReadStop();
                break;
            case KnownMember.Messages:
                _hasMessages = true;
                RequireItems(member);
                break;
            case KnownMember.Input:
                _hasInput = true;
                ReadInput();
                break;
        }
    }

    private void ReadStreamOptions()
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            throw WrongType("stream_options", "an object");
        }

        var isSeen = false;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = _reader.ValueTextEquals("include_usage"u8);
            _reader.Read();
            if (!isUsage)
            {
                _reader.Skip();
                continue;
            }

            if (isSeen)
            {
                throw new WireRequestException("stream_options.include_usage", "'stream_options.include_usage' stands twice; send it once.", WireRequestCodes.DuplicateMember);
            }

            isSeen = true;
            _wantsUsage = _reader.TokenType switch
            {
                JsonTokenType.True => true,
                JsonTokenType.False or JsonTokenType.Null => false,
                _ => throw WrongType("stream_options.include_usage", "true or false"),
            };
        }
    }

    private void ReadStop()
    {
        if (_reader.TokenType is JsonTokenType.Null or JsonTokenType.String)
        {
            return;
        }

        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            throw WrongType("stop", "a string or an array of strings");
        }

        var count = 0;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.String)
            {
                throw WrongType("stop", "a string or an array of strings");
            }

            if (++count > KnownMembers.MaxStops)
            {
                throw Invalid(KnownMember.Stop, $"may hold at most {KnownMembers.MaxStops} strings");
            }
        }
    }

    private void ReadInput()
    {
        if (_reader.TokenType == JsonTokenType.String)
        {
            if (_reader.ValueSpan.IsEmpty)
            {
                throw Invalid(KnownMember.Input, "must not be empty");
            }

            return;
        }

        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            throw WrongType("input", "a string, an array of strings or arrays of token ids");
        }

        RequireItems(KnownMember.Input);
    }

    /// <summary>A non-empty array; leaves the reader on its end.</summary>
    private void RequireItems(KnownMember member)
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            throw WrongType(KnownMembers.NameOf(member), "an array");
        }

        var isEmpty = true;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            isEmpty = false;
            if (member == KnownMember.Messages && _reader.TokenType != JsonTokenType.StartObject)
            {
                throw WrongType("messages", "an array of objects");
            }

            _reader.Skip();
        }

        if (isEmpty)
        {
            throw Invalid(member, "must not be empty");
        }
    }

    private void OptionalContainer(KnownMember member, JsonTokenType start, string wanted)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (_reader.TokenType != start)
        {
            throw WrongType(KnownMembers.NameOf(member), wanted);
        }

        _reader.Skip();
    }

    private string? OptionalString(KnownMember member) => _reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => _reader.GetString(),
        _ => throw WrongType(KnownMembers.NameOf(member), "a string"),
    };

    private bool? OptionalBoolean(KnownMember member) => _reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw WrongType(KnownMembers.NameOf(member), "true or false"),
    };

    private double? OptionalNumber(KnownMember member, double minimum, double maximum)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (_reader.TokenType != JsonTokenType.Number)
        {
            throw WrongType(KnownMembers.NameOf(member), "a number");
        }

        return _reader.TryGetDouble(out var number) && double.IsFinite(number) && number >= minimum && number <= maximum
            ? number
            : throw Invalid(member, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be between {minimum} and {maximum}"));
    }

    private long? OptionalInteger(KnownMember member, long minimum, long maximum)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (_reader.TokenType != JsonTokenType.Number)
        {
            throw WrongType(KnownMembers.NameOf(member), "an integer");
        }

        return _reader.TryGetInt64(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Invalid(member, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be an integer between {minimum} and {maximum}"));
    }

    private static WireRequestException WrongType(string name, string wanted) => new(name, $"'{name}' must be {wanted}.", WireRequestCodes.InvalidType);

    private static WireRequestException Invalid(KnownMember member, string rule)
    {
        var name = KnownMembers.NameOf(member);
        return new WireRequestException(name, $"'{name}' {rule}.", WireRequestCodes.InvalidValue);
    }
}
