using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Wire;
using Conductor.Wire.Anthropic;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Dialects.Anthropic;

/// <summary>Anthropic's messages and the counting of their tokens.</summary>
internal sealed partial class AnthropicDialect : InboundDialect
{
    private const string VersionHeader = "anthropic-version";

    private static readonly PathString ModelsPath = new("/v1/models");

    public override string Name => "anthropic";

    public override AnswerWords Words => AnswerWords.Usual | AnswerWords.StopSequence | AnswerWords.CacheWrites | AnswerWords.CacheTimes;

    // The batches of the API, which are not here, are told so in its own shape.
    protected override IReadOnlyList<PathString> Paths { get; } = [new("/v1/messages"), new("/anthropic")];

    public override IReadOnlyList<string> ForwardedHeaders { get; } = [VersionHeader, "anthropic-beta"];

    public override ReadOnlyMemory<byte> StreamEnd { get; } = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8.ToArray();

    /// <summary>The list of models stands where OpenAI's does; the header that every client of this dialect sends tells them apart.</summary>
    public override bool IsSpokenIn(HttpRequest request) =>
        base.IsSpokenIn(request)
        || (request.Path.StartsWithSegments(ModelsPath, StringComparison.OrdinalIgnoreCase) && request.Headers.ContainsKey(VersionHeader));

    public override DialectPeek Peek(ReadOnlyMemory<byte> body) => Translate(WireTranslation.Ask(() => AnthropicPeek.Read(body.Span)));

    public override DialectPeek Peek(ReadOnlyMemory<byte> body, RawEndpoint endpoint)
    {
        var peek = WireTranslation.Ask(() => AnthropicPeek.Read(body.Span));
        var missing = !peek.HasMessages ? "messages" : endpoint == RawEndpoint.Chat && peek.MaxTokens is null ? "max_tokens" : null;
        return missing is null ? Translate(peek) : throw new InvalidRequestException($"'{missing}' is missing.", missing, WireRequestCodes.MissingMember);
    }

    // Whether the answer's length has to be there depends on the address, and the peek has seen to it.
    public override ChatRequest ParseChat(ReadOnlyMemory<byte> body)
    {
        var request = WireTranslation.Ask(() => AnthropicRequestReader.ReadCount(body.Span));
        return new ChatRequest(request.Messages, request.Options);
    }

    public override ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId)
    {
        ArgumentNullException.ThrowIfNull(peek);
        return AnthropicSplice.Apply(body.Span, peek.ModelSpan, peek.ProviderSpan, modelId);
    }

    public override TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint)
    {
        try
        {
            return endpoint == RawEndpoint.CountTokens
                ? new TokenUsage { InputTokens = AnthropicTokenCount.Read(response) }
                : WireTranslation.ToTokenUsage(AnthropicScan.ScanMessage(response));
        }
        catch (WireResponseException failure)
        {
            throw WireTranslation.ToException(failure, AnthropicErrorClassifier.Classify);
        }
    }

    public override IDialectStream OpenStream(Stream body, int maxEventBytes)
    {
        var events = new AnthropicEventScan();
        return new SseDialectStream(body, maxEventBytes, data => Scan(events, data), data => AnthropicEventScan.TypeOf(data.Span));
    }

    private static DialectEvent Scan(AnthropicEventScan events, ReadOnlyMemory<byte> data)
    {
        var seen = events.Scan(data.Span);
        if (seen.IsError && AnthropicErrorReader.TryRead(data.Span) is { } error)
        {
            throw WireTranslation.ToException(AnthropicErrorClassifier.Classify(error));
        }

        return new DialectEvent
        {
            HasContent = seen.HasContent,
            IsFinished = seen.IsFinished,
            IsEnd = seen.IsEnd,
            IsError = seen.IsError,
            IsInvalid = seen.IsInvalid,
            Usage = WireTranslation.ToTokenUsage(seen.Usage),
        };
    }

    private static DialectPeek Translate(AnthropicPeek peek) => new()
    {
        Model = peek.Model,
        ModelSpan = peek.ModelSpan,
        IsStreaming = peek.IsStreaming,
        WantsUsage = true, // it is part of every stream here
        Provider = peek.Provider,
        ProviderSpan = peek.ProviderSpan,
        Temperature = peek.Temperature,
        MaxTokens = peek.MaxTokens,
    };
}
