using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Wire;
using Conductor.Wire.OpenAI;

namespace Conductor.Host.Dialects.OpenAI;

/// <summary>OpenAI's chat and embeddings. Also the common dialect: what belongs to no other is answered in its shapes.</summary>
internal partial class OpenAIDialect : InboundDialect
{
    public override string Name => "openai";

    public override AnswerWords Words => AnswerWords.Usual | AnswerWords.Choices | AnswerWords.Logprobs | AnswerWords.CacheWrites | AnswerWords.AudioTokens | AnswerWords.ImageTokens;

    public override bool HasCostInStream => true;

    public override ReadOnlyMemory<byte> StreamEnd { get; } = "data: [DONE]\n\n"u8.ToArray();

    public override DialectPeek Peek(ReadOnlyMemory<byte> body) => Translate(WireTranslation.Ask(() => OpenAIPeek.Read(body.Span)));

    public override DialectPeek Peek(ReadOnlyMemory<byte> body, RawEndpoint endpoint)
    {
        var peek = WireTranslation.Ask(() => OpenAIPeek.Read(body.Span));
        var (isThere, member) = endpoint == RawEndpoint.Chat ? (peek.HasMessages, "messages") : (peek.HasInput, "input");
        return isThere ? Translate(peek) : throw new InvalidRequestException($"'{member}' is missing.", member, WireRequestCodes.MissingMember);
    }

    public override ChatRequest ParseChat(ReadOnlyMemory<byte> body)
    {
        var request = WireTranslation.Ask(() => OpenAIRequestReader.Read(body.Span));
        return new ChatRequest(request.Messages, request.Options);
    }

    public override EmbeddingRequest ParseEmbeddings(ReadOnlyMemory<byte> body)
    {
        var request = WireTranslation.Ask(() => OpenAIEmbeddingsReader.ReadRequest(body.Span));
        return new EmbeddingRequest(request.Inputs, request.Dimensions) { Tokens = request.Tokens, Dropped = request.Others };
    }

    public override ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId)
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

    public override TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint)
    {
        try
        {
            return WireTranslation.ToTokenUsage(endpoint == RawEndpoint.Chat ? OpenAIScan.ScanChat(response) : OpenAIScan.ScanEmbeddings(response));
        }
        catch (WireResponseException failure)
        {
            throw WireTranslation.ToException(failure, OpenAIErrorClassifier.Classify);
        }
    }

    public override IDialectStream OpenStream(Stream body, int maxEventBytes) => new SseDialectStream(body, maxEventBytes, Scan);

    protected static DialectEvent Scan(ReadOnlyMemory<byte> data)
    {
        var seen = OpenAIScan.ScanEvent(data.Span);
        if (seen.IsError && OpenAIErrorReader.TryRead(data.Span) is { } error)
        {
            throw WireTranslation.ToException(OpenAIErrorClassifier.Classify(error));
        }

        return new DialectEvent
        {
            HasContent = seen.HasContent,
            IsFinished = seen.IsFinished,
            IsEnd = seen.IsEnd,
            IsError = seen.IsError,
            IsInvalid = seen.IsInvalid,
            IsUsageOnly = seen.IsUsageOnly,
            Usage = WireTranslation.ToTokenUsage(seen.Usage),
        };
    }

    protected static DialectPeek Translate(OpenAIPeek peek) => new()
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
}
