using Conductor.Wire;
using System.Buffers;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Wire.OpenAI;

namespace Conductor.Host.Dialects;

/// <summary>The OpenAI wire as the machine knows a dialect: names translated, exceptions translated, nothing decided.</summary>
internal sealed class OpenAIDialect : IDialect
{
    public string Name => "openai";

    public ReadOnlyMemory<byte> StreamEnd { get; } = "data: [DONE]\n\n"u8.ToArray();

    public DialectPeek Peek(ReadOnlyMemory<byte> body) => Translate(Ask(() => OpenAIPeek.Read(body.Span)));

    public DialectPeek Peek(ReadOnlyMemory<byte> body, RawEndpoint endpoint)
    {
        var peek = Ask(() => OpenAIPeek.Read(body.Span));
        var (isThere, member) = endpoint == RawEndpoint.Chat ? (peek.HasMessages, "messages") : (peek.HasInput, "input");
        return isThere ? Translate(peek) : throw new InvalidRequestException($"'{member}' is missing.", member, WireRequestCodes.MissingMember);
    }

    public ChatRequest ParseChat(ReadOnlyMemory<byte> body)
    {
        var request = Ask(() => OpenAIRequestReader.Read(body.Span));
        return new ChatRequest(request.Messages, request.Options);
    }

    public EmbeddingRequest ParseEmbeddings(ReadOnlyMemory<byte> body)
    {
        var request = Ask(() => OpenAIEmbeddingsReader.ReadRequest(body.Span));
        return new EmbeddingRequest(request.Inputs, request.Dimensions);
    }

    public ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId)
    {
        ArgumentNullException.ThrowIfNull(peek);
        var places = new OpenAIPeek
        {
            ModelSpan = peek.ModelSpan,
            IsStreaming = peek.IsStreaming,
            WantsUsage = peek.WantsUsage,
            StreamOptionsSpan = peek.StreamOptionsSpan,
            ProviderSpan = peek.ProviderSpan,
        };
        return OpenAISplice.Apply(body.Span, places, modelId);
    }

    public TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint)
    {
        try
        {
            return ToTokenUsage(endpoint == RawEndpoint.Chat ? OpenAIScan.ScanChat(response) : OpenAIScan.ScanEmbeddings(response));
        }
        catch (WireResponseException failure)
        {
            // The cause is not kept: it holds the upstream's own text.
            throw failure.Error is { } error ? ToException(error) : new ProviderException(ProviderErrorKind.InvalidResponse, failure.Message);
        }
    }

    public IDialectStream OpenStream(Stream body, int maxEventBytes) => new OpenAIDialectStream(body, maxEventBytes);

    internal static TokenUsage? ToTokenUsage(WireUsage? usage) => usage is not { } stated ? null : new TokenUsage
    {
        InputTokens = stated.InputTokens,
        CachedInputTokens = stated.CachedInputTokens,
        CacheWriteTokens = stated.CacheWriteTokens,
        OutputTokens = stated.OutputTokens,
        ReasoningTokens = stated.ReasoningTokens,
        IsSuspect = stated.IsSuspect,
    };

    internal static WireUsage ToWireUsage(TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return new WireUsage
        {
            InputTokens = usage.InputTokens,
            CachedInputTokens = usage.CachedInputTokens,
            CacheWriteTokens = usage.CacheWriteTokens,
            OutputTokens = usage.OutputTokens,
            ReasoningTokens = usage.ReasoningTokens,
            IsSuspect = usage.IsSuspect,
        };
    }

    /// <summary>An error object inside a reply that began as a success.</summary>
    private static ProviderException ToException(WireError error) => new(
        OpenAIErrorClassifier.Classify(error) switch
        {
            WireErrorCategory.InvalidRequest => ProviderErrorKind.InvalidRequest,
            WireErrorCategory.ContextLength => ProviderErrorKind.ContextLengthExceeded,
            WireErrorCategory.ContentFilter => ProviderErrorKind.ContentFilter,
            WireErrorCategory.Credentials => ProviderErrorKind.Credentials,
            WireErrorCategory.ModelNotFound => ProviderErrorKind.ModelNotFound,
            WireErrorCategory.RateLimited => ProviderErrorKind.RateLimited,
            WireErrorCategory.QuotaExhausted => ProviderErrorKind.QuotaExhausted,
            WireErrorCategory.Overloaded => ProviderErrorKind.Overloaded,
            WireErrorCategory.Timeout => ProviderErrorKind.Timeout,
            _ => ProviderErrorKind.ServerError,
        },
        "The upstream sent an error inside a successful reply.");

    private static DialectPeek Translate(OpenAIPeek peek) => new()
    {
        Model = peek.Model,
        ModelSpan = peek.ModelSpan,
        IsStreaming = peek.IsStreaming,
        WantsUsage = peek.WantsUsage,
        StreamOptionsSpan = peek.StreamOptionsSpan,
        Provider = peek.Provider,
        ProviderSpan = peek.ProviderSpan,
        Temperature = peek.Temperature,
        MaxTokens = peek.MaxTokens,
    };

    private static T Ask<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (WireRequestException wrong)
        {
            throw new InvalidRequestException(wrong.Message, wrong.Param, wrong.Code, wrong);
        }
    }

    private sealed class OpenAIDialectStream(Stream body, int maxEventBytes) : IDialectStream
    {
        private readonly SseReader _reader = new(body, maxEventBytes);
        private ArrayBufferWriter<byte>? _mended;

        public ReadOnlyMemory<byte> Raw { get; private set; }

        public DialectEvent Event { get; private set; }

        public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
        {
            Raw = default;
            try
            {
                if (!await _reader.ReadAsync(cancellationToken))
                {
                    return false;
                }
            }
            catch (SseException tooLong)
            {
                throw new ProviderException(ProviderErrorKind.InvalidResponse, tooLong.Message, tooLong);
            }
            catch (IOException broken)
            {
                throw new ProviderException(ProviderErrorKind.Network, "The connection broke inside the stream.", broken);
            }

            var seen = OpenAIScan.ScanEvent(_reader.Data.Span);
            if (seen.IsError && OpenAIErrorReader.TryRead(_reader.Data.Span) is { } error)
            {
                throw ToException(error);
            }

            Raw = _reader.IsComplete && _reader.Raw.Span[^1] == (byte)'\n' ? _reader.Raw : Mend(_reader.Data);
            Event = new DialectEvent
            {
                HasContent = seen.HasContent,
                IsFinished = seen.IsFinished,
                IsEnd = seen.IsEnd,
                IsError = seen.IsError,
                IsInvalid = seen.IsInvalid,
                IsUsageOnly = seen.IsUsageOnly,
                Usage = ToTokenUsage(seen.Usage),
            };
            return true;
        }

        public ValueTask DisposeAsync() => _reader.DisposeAsync();

        /// <summary>An event whose blank line was cut off, or ends in a bare CR, goes out as one that every client reads.</summary>
        private ReadOnlyMemory<byte> Mend(ReadOnlyMemory<byte> data)
        {
            _mended ??= new ArrayBufferWriter<byte>(data.Length + 8);
            _mended.ResetWrittenCount();
            foreach (var line in data.Span.Split((byte)'\n'))
            {
                _mended.Write("data: "u8);
                _mended.Write(data.Span[line]);
                _mended.Write("\n"u8);
            }

            _mended.Write("\n"u8);
            return _mended.WrittenMemory;
        }
    }
}
