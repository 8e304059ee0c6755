using System.Buffers;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Wire;
using Conductor.Wire.Gemini;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects.Gemini;

/// <summary>Google's Gemini API: streams as server-sent events (`alt=sse`). The model and whether to stream stand in the address.</summary>
internal class GeminiDialect : InboundDialect
{
    public override string Name => "gemini";

    public override AnswerWords Words => AnswerWords.Usual | AnswerWords.Choices | AnswerWords.Logprobs | AnswerWords.AudioTokens | AnswerWords.ImageTokens | AnswerWords.Media;

    protected override IReadOnlyList<PathString> Paths { get; } = ["/v1beta", "/gemini"];

    public override ReadOnlyMemory<byte> StreamEnd => default;

    public override DialectPeek Peek(ReadOnlyMemory<byte> body)
    {
        var peek = WireTranslation.Ask(() => GeminiPeek.Read(body.Span));
        return Translate(peek);
    }

    public override DialectPeek Peek(ReadOnlyMemory<byte> body, RawEndpoint endpoint)
    {
        var peek = WireTranslation.Ask(() => GeminiPeek.Read(body.Span));
        var (isThere, member) = endpoint switch
        {
            RawEndpoint.Embeddings => (peek.HasInput && !peek.IsBatch, "content"),
            RawEndpoint.BatchEmbeddings => (peek.IsBatch, "requests"),
            _ => (peek.HasContents, "contents"),
        };
        return isThere ? Translate(peek) : throw new InvalidRequestException($"'{member}' is missing.", member, WireRequestCodes.MissingMember);
    }

    public override ChatRequest ParseChat(ReadOnlyMemory<byte> body)
    {
        // To be counted, a whole request may stand inside of another.
        var request = WireTranslation.Ask(() => GeminiTokens.ReadRequest(body.Span));
        return new ChatRequest(request.Messages, request.Options);
    }

    public override EmbeddingRequest ParseEmbeddings(ReadOnlyMemory<byte> body)
    {
        var request = ReadEmbeddings(body);
        return new EmbeddingRequest(request.Inputs, request.Dimensions);
    }

    public override ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId) => GeminiSplice.Apply(body, GeminiPeek.Read(body.Span), modelId);

    public override TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint)
    {
        try
        {
            switch (endpoint)
            {
                case RawEndpoint.CountTokens:
                    GeminiTokens.ReadResponse(response);
                    return null;
                case RawEndpoint.Embeddings or RawEndpoint.BatchEmbeddings:
                    return WireTranslation.ToTokenUsage(GeminiScan.ScanEmbeddings(response));
                default:
                    return WireTranslation.ToTokenUsage(GeminiScan.ScanChat(response));
            }
        }
        catch (WireResponseException failure)
        {
            throw WireTranslation.ToException(failure, GeminiErrorClassifier.Classify);
        }
    }

    public override IDialectStream OpenStream(Stream body, int maxEventBytes) => new SseDialectStream(body, maxEventBytes, Scan);

    public override void WriteChat(IBufferWriter<byte> output, ChatResponse response, AnswerContext context) =>
        GeminiResponseWriter.Write(output, response, response.ResponseId ?? context.RequestId, context.Model, context.Usage, ShowsThoughts(context));

    public override void WriteEmbeddings(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<float>> vectors, AnswerContext context)
    {
        foreach (var (name, _) in ReadEmbeddings(context.Body.Bytes).Extra)
        {
            context.Losses.Drop(ChatKeys.Of(Name, name)); // what the texts are for is Google's own notion
        }

        GeminiEmbeddingsWriter.WriteResponse(output, vectors, context.Body.Endpoint == RawEndpoint.BatchEmbeddings, context.Usage);
    }

    public override void WriteTokenCount(IBufferWriter<byte> output, long tokens) => GeminiTokens.WriteResponse(output, tokens);

    public override void WriteModels(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, IQueryCollection query) => GeminiModelList.Write(json, models, query);

    public override void WriteModel(Utf8JsonWriter json, ListedModel model) => GeminiModelsWriter.WriteRow(json, GeminiModelList.Describe(model));

    public override IChatEventWriter OpenEvents(AnswerContext context) => new EventWriter(context, GeminiFraming.Events);

    public override void WriteErrorEvent(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts, bool isFirst)
    {
        output.Write("data: "u8);
        WriteError(output, error, facts);
        output.Write("\r\n\r\n"u8);
    }

    public override void WriteError(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts) => GeminiErrorBody.Write(output, error, StatusOf(error), facts);

    protected override ChatResponse ReadChat(ReadOnlySpan<byte> response) => GeminiResponseReader.Read(response);

    protected static DialectEvent Scan(ReadOnlyMemory<byte> data)
    {
        var seen = GeminiScan.ScanEvent(data.Span);
        if (seen.IsError && GeminiErrorReader.TryRead(data.Span) is { } error)
        {
            throw WireTranslation.ToException(GeminiErrorClassifier.Classify(error));
        }

        return new DialectEvent
        {
            HasContent = seen.HasContent,
            IsFinished = seen.IsFinished,
            IsError = seen.IsError,
            IsInvalid = seen.IsInvalid,
            Usage = WireTranslation.ToTokenUsage(seen.Usage),
        };
    }

    private static GeminiEmbeddingsRequest ReadEmbeddings(ReadOnlyMemory<byte> body) => WireTranslation.Ask(
        () => GeminiPeek.Read(body.Span).IsBatch ? GeminiEmbeddingsReader.ReadBatch(body.Span) : GeminiEmbeddingsReader.ReadSingle(body.Span));

    private static bool ShowsThoughts(AnswerContext context) => GeminiPeek.Read(context.Body.Bytes.Span).ShowsThoughts;

    // Usage stands beside content here, asked for or not: nothing is to be left out.
    private static DialectPeek Translate(GeminiPeek peek) => new() { Temperature = peek.Temperature, MaxTokens = peek.MaxTokens, WantsUsage = true };

    protected sealed class EventWriter(AnswerContext context, GeminiFraming framing) : IChatEventWriter
    {
        private readonly GeminiChunkWriter _writer = new(context.RequestId, context.Model, framing, ShowsThoughts(context));

        public void Write(IBufferWriter<byte> output, ChatResponseUpdate update) => _writer.Write(output, update);

        public void Complete(IBufferWriter<byte> output, WireUsage? usage) => _writer.Complete(output, usage);
    }
}
