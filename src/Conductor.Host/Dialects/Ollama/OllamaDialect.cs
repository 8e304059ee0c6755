using System.Buffers;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Wire;
using Conductor.Wire.Ollama;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects.Ollama;

/// <summary>Ollama's own API, as its clients speak it: lines of JSON, streams unless they are turned off, errors that are a text.</summary>
/// <param name="time">The clock of the answers.</param>
internal class OllamaDialect(TimeProvider time) : InboundDialect
{
    public override string Name => "ollama";

    public override StreamFraming Framing => StreamFraming.Ndjson;

    public override ReadOnlyMemory<byte> StreamEnd => default;

    protected override IReadOnlyList<PathString> Paths { get; } = ["/api"];

    /// <summary>Whether the answers are `/api/generate`'s.</summary>
    protected virtual bool IsGenerate => false;

    public override DialectPeek Peek(ReadOnlyMemory<byte> body)
    {
        var peek = WireTranslation.Ask(() => OllamaPeek.Read(body.Span));
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

    public override ChatRequest ParseChat(ReadOnlyMemory<byte> body)
    {
        var request = WireTranslation.Ask(() => Read(body.Span));
        return request.Messages.Count > 0
            ? new ChatRequest(request.Messages, request.Options)
            : throw new InvalidRequestException(
                $"'{(IsGenerate ? "prompt" : "messages")}' is empty: models are loaded and unloaded by the servers that run them.", IsGenerate ? "prompt" : "messages", WireRequestCodes.MissingMember);
    }

    public override EmbeddingRequest ParseEmbeddings(ReadOnlyMemory<byte> body)
    {
        var request = WireTranslation.Ask(() => OllamaEmbedRequest.Read(body.Span));
        return new EmbeddingRequest(request.Inputs, request.Dimensions);
    }

    public override ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId)
    {
        ArgumentNullException.ThrowIfNull(peek);
        return OllamaSplice.Apply(body.Span, peek.ModelSpan, peek.ProviderSpan, modelId);
    }

    public override TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint)
    {
        try
        {
            return WireTranslation.ToTokenUsage(endpoint == RawEndpoint.Embeddings ? OllamaScan.ScanEmbeddings(response) : OllamaScan.ScanAnswer(response));
        }
        catch (WireResponseException failure)
        {
            throw WireTranslation.ToException(failure, static error => OllamaErrorClassifier.Classify(error.Message));
        }
    }

    public override IDialectStream OpenStream(Stream body, int maxEventBytes) => new NdjsonDialectStream(body, maxEventBytes, Scan);

    public override void WriteChat(IBufferWriter<byte> output, ChatResponse response, AnswerContext context)
    {
        var timings = context.Call.Timings;
        var before = timings.Queue + timings.Routing + timings.Provider;
        OllamaAnswerWriter.WriteWhole(
            output, response, context.Model, IsGenerate, context.Now, new OllamaDurations(before + timings.PostProcessing, before, timings.PostProcessing), context.Usage,
            context.Losses);
    }

    public override void WriteEmbeddings(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<float>> vectors, AnswerContext context)
    {
        var timings = context.Call.Timings;
        OllamaListWriter.WriteEmbed(output, vectors, context.Model, timings.Queue + timings.Routing + timings.Provider, context.Usage?.InputTokens);
    }

    public override void WriteModels(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, IQueryCollection query) => OllamaModelList.WriteTags(json, models);

    public override void WriteModel(Utf8JsonWriter json, ListedModel model) => OllamaModelList.WriteShow(json, model);

    public override IChatEventWriter OpenEvents(AnswerContext context) => new LineWriter(context, IsGenerate, time);

    public override void WriteErrorEvent(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts, bool isFirst)
    {
        WriteError(output, error, facts);
        output.Write("\n"u8);
    }

    public override void WriteError(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts) => OllamaAnswerWriter.WriteError(output, error.Message);

    protected virtual OllamaChatRequest Read(ReadOnlySpan<byte> body) => OllamaRequestReader.ReadChat(body);

    protected override ChatResponse ReadChat(ReadOnlySpan<byte> response) => OllamaChunkReader.ReadWhole(response);

    private static DialectEvent Scan(ReadOnlyMemory<byte> line)
    {
        var seen = OllamaScan.ScanLine(line.Span);
        if (seen.IsError && OllamaErrorReader.TryRead(line.Span) is { } error)
        {
            throw WireTranslation.ToException(OllamaErrorClassifier.Classify(error));
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

    private sealed class LineWriter(AnswerContext context, bool isGenerate, TimeProvider time) : IChatEventWriter
    {
        private readonly OllamaAnswerWriter _writer = new(context.Model, isGenerate, context.Losses);
        private readonly TimeSpan _before = context.Call.Timings.Queue + context.Call.Timings.Routing + context.Call.Timings.Provider;
        private readonly long _begun = time.GetTimestamp(); // the first content is in hand

        public void Write(IBufferWriter<byte> output, ChatResponseUpdate update) => _writer.Write(output, update, time.GetUtcNow());

        public void Complete(IBufferWriter<byte> output, WireUsage? usage)
        {
            var since = time.GetElapsedTime(_begun);
            _writer.Complete(output, time.GetUtcNow(), new OllamaDurations(_before + since, _before, since), usage);
        }
    }
}

/// <summary>`/api/generate`: one prompt instead of a conversation.</summary>
internal sealed class OllamaGenerateDialect(TimeProvider time) : OllamaDialect(time)
{
    protected override bool IsGenerate => true;

    protected override OllamaChatRequest Read(ReadOnlySpan<byte> body) => OllamaRequestReader.ReadGenerate(body);
}

/// <summary>`/api/embeddings`, the address of old: one text, one vector.</summary>
internal sealed class OllamaOldEmbeddingsDialect(TimeProvider time) : OllamaDialect(time)
{
    public override bool IsTypedOnly => true;

    public override EmbeddingRequest ParseEmbeddings(ReadOnlyMemory<byte> body)
    {
        var request = WireTranslation.Ask(() => OllamaEmbedRequest.ReadOld(body.Span));
        return new EmbeddingRequest(request.Inputs, request.Dimensions);
    }

    public override void WriteEmbeddings(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<float>> vectors, AnswerContext context) =>
        OllamaListWriter.WriteOldEmbedding(output, vectors[0]);
}
