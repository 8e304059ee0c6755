using System.Buffers;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Wire;
using Conductor.Wire.OpenAI;
using Conductor.Wire.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects.Responses;

/// <summary>OpenAI's Responses API: another endpoint of the same dialect, with requests, answers and events of its own. Errors and lists are the chat's.</summary>
internal sealed class ResponsesDialect : OpenAIDialect
{
    /// <summary>The addresses, below either base URL that clients are given.</summary>
    public static IReadOnlyList<string> Addresses { get; } = ["/v1/responses", "/openai/v1/responses"];

    protected override IReadOnlyList<PathString> Paths { get; } = [.. Addresses.Select(address => new PathString(address))];

    public override AnswerWords Words => AnswerWords.Usual | AnswerWords.Logprobs | AnswerWords.CacheWrites;

    /// <summary>None: the last event says that it is the last.</summary>
    public override ReadOnlyMemory<byte> StreamEnd => default;

    public override DialectPeek Peek(ReadOnlyMemory<byte> body)
    {
        var peek = WireTranslation.Ask(() => ResponsesPeek.Read(body.Span));
        return new DialectPeek
        {
            Model = peek.Model,
            ModelSpan = peek.ModelSpan,
            IsStreaming = peek.IsStreaming,
            WantsUsage = true,
            Provider = peek.Provider,
            ProviderSpan = peek.ProviderSpan,
            Temperature = peek.Temperature,
            MaxTokens = peek.MaxTokens,
        };
    }

    public override DialectPeek Peek(ReadOnlyMemory<byte> body, RawEndpoint endpoint) => Peek(body);

    public override ChatRequest ParseChat(ReadOnlyMemory<byte> body)
    {
        var request = WireTranslation.Ask(() => ResponsesRequestReader.Read(body.Span));
        return new ChatRequest(request.Messages, request.Options);
    }

    public override ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId)
    {
        ArgumentNullException.ThrowIfNull(peek);
        return ResponsesSplice.Apply(body.Span, new ResponsesPeek { ModelSpan = peek.ModelSpan, ProviderSpan = peek.ProviderSpan }, modelId);
    }

    public override TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint)
    {
        try
        {
            return WireTranslation.ToTokenUsage(ResponsesScan.ScanAnswer(response));
        }
        catch (WireResponseException failure)
        {
            throw WireTranslation.ToException(failure, OpenAIErrorClassifier.Classify);
        }
    }

    public override IDialectStream OpenStream(Stream body, int maxEventBytes) => new SseDialectStream(body, maxEventBytes, Scan, data => ResponsesScan.TypeOf(data.Span));

    public override void WriteChat(IBufferWriter<byte> output, ChatResponse response, AnswerContext context) =>
        ResponsesAnswerWriter.Write(output, response, ResponsesExchange.Of(context).HeadOf(context), isStored: false, context.Usage);

    public override IChatEventWriter OpenEvents(AnswerContext context) => new EventWriter(ResponsesExchange.Of(context).HeadOf(context));

    public override void WriteErrorEvent(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts, bool isFirst) => ResponsesErrorWriter.WriteEvent(output, ToWire(error));

    internal static WireError ToWire(ConductorException error) => new(error.Message, error.Type, error.Param, error.Code);

    protected override ChatResponse ReadChat(ReadOnlySpan<byte> response) => ResponsesAnswerReader.Read(response);

    internal ChatResponse Read(ReadOnlySpan<byte> response) => ReadChat(response);

    private static new DialectEvent Scan(ReadOnlyMemory<byte> data)
    {
        var seen = ResponsesScan.ScanEvent(data.Span);
        return seen.Error is { } error
            ? throw WireTranslation.ToException(OpenAIErrorClassifier.Classify(error))
            : new DialectEvent
            {
                HasContent = seen.HasContent,
                IsFinished = seen.IsFinished,
                IsInvalid = seen.IsInvalid,
                Usage = WireTranslation.ToTokenUsage(seen.Usage),
            };
    }

    private sealed class EventWriter(ResponsesHead head) : IChatEventWriter
    {
        private readonly ResponsesEventWriter _writer = new(head, isStored: false);

        public void Write(IBufferWriter<byte> output, ChatResponseUpdate update) => _writer.Write(output, update);

        public void Complete(IBufferWriter<byte> output, WireUsage? usage)
        {
            _writer.End(output, usage);
            _writer.Complete(output, _writer.Response(isStored: false));
        }
    }
}
