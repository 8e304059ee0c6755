using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects;

/// <summary>
/// One dialect that callers speak, and all that the server knows of it: how its requests are read (<see cref="IDialect"/>), whose addresses are its own, how its
/// errors, answers, streams and lists look. A new dialect is a class that derives from this one, a file in `Endpoints` that maps its addresses onto
/// <see cref="Http.DialectCalls"/>, and one line for each of the two in <see cref="Composition.GatewayServices"/>.
/// </summary>
/// <remarks>
/// Stateless, shared by all requests. It translates and decides nothing: what a call comes to is told by Core's <see cref="ConductorException"/>, outcome and
/// usage. What differs between two endpoints of one dialect (a chat and a bare completion, a stream as events and as an array) is a class derived from the
/// dialect's, under the same <see cref="Name"/>.
/// </remarks>
internal abstract class InboundDialect : IDialect
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>The addresses below which every failure is told in this dialect, whoever finds it: the router, the gate, the body's reader, the call. Empty for the dialect of all the rest.</summary>
    protected virtual IReadOnlyList<PathString> Paths => [];

    /// <summary>Whether a request is in this dialect. To be overridden where an address belongs to two, and a header tells them apart.</summary>
    public virtual bool IsSpokenIn(HttpRequest request)
    {
        foreach (var path in Paths)
        {
            if (request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Headers of requests that are part of the dialect and go on to targets which speak it: lower case, and never one that bears a key or names an account.</summary>
    public virtual IReadOnlyList<string> ForwardedHeaders => [];

    // ---- Requests -------------------------------------------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public abstract DialectPeek Peek(ReadOnlyMemory<byte> body);

    /// <inheritdoc/>
    public virtual DialectPeek Peek(ReadOnlyMemory<byte> body, RawEndpoint endpoint) => Peek(body);

    /// <inheritdoc/>
    public abstract ChatRequest ParseChat(ReadOnlyMemory<byte> body);

    /// <inheritdoc/>
    public virtual EmbeddingRequest ParseEmbeddings(ReadOnlyMemory<byte> body) => throw new NotSupportedException($"The dialect '{Name}' has no embeddings.");

    /// <inheritdoc/>
    public abstract ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId);

    /// <summary>True: the address is not one that raw transports know, so that a target which speaks the dialect is asked typed like all others.</summary>
    public virtual bool IsTypedOnly => false;

    // ---- Answers that come raw ------------------------------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public abstract TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint);

    /// <inheritdoc/>
    public abstract IDialectStream OpenStream(Stream body, int maxEventBytes);

    // ---- Answers that are written here ----------------------------------------------------------------------------------------------------------------

    /// <summary>The media type of every body that is no stream.</summary>
    public virtual string ContentType => "application/json";

    /// <summary>Headers that every answer bears, errors included, beside Conductor's own.</summary>
    public virtual void AddHeaders(IHeaderDictionary headers, string requestId)
    {
    }

    /// <summary>What of an answer the dialect has words for; the rest is told as lost.</summary>
    public virtual AnswerWords Words => AnswerWords.All;

    /// <summary>A whole chat answer from <see cref="ChatOutcome.Response"/>. What the dialect has no word for goes into <see cref="AnswerContext.Losses"/>.</summary>
    public abstract void WriteChat(IBufferWriter<byte> output, ChatResponse response, AnswerContext context);

    /// <summary>The reverse, for a whole answer in bytes that is owed to a caller as a stream.</summary>
    protected virtual ChatResponse ReadChat(ReadOnlySpan<byte> response) => throw new NotSupportedException($"The dialect '{Name}' does not stream whole answers.");

    /// <summary>Vectors from <see cref="EmbeddingOutcome.Vectors"/>, as the request asked for them.</summary>
    public virtual void WriteEmbeddings(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<float>> vectors, AnswerContext context) =>
        throw new NotSupportedException($"The dialect '{Name}' has no embeddings.");

    /// <summary>How many tokens a chat would take, from <see cref="TokenCountOutcome.Tokens"/>.</summary>
    public virtual void WriteTokenCount(IBufferWriter<byte> output, long tokens) => throw new NotSupportedException($"The dialect '{Name}' does not count tokens.");

    /// <summary>What this caller may ask for. Pages are read from the query; all of them are <paramref name="models"/>.</summary>
    public abstract void WriteModels(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, IQueryCollection query);

    /// <summary>One of them, found by its id.</summary>
    public abstract void WriteModel(Utf8JsonWriter json, ListedModel model);

    // ---- Streams --------------------------------------------------------------------------------------------------------------------------------------

    /// <summary>Whether a stream's usage event may hold what the call cost, as `usage.cost`.</summary>
    public virtual bool HasCostInStream => false;

    /// <summary>How a stream looks: its media type and what fills silence.</summary>
    public virtual StreamFraming Framing => StreamFraming.Sse;

    /// <inheritdoc/>
    public abstract ReadOnlyMemory<byte> StreamEnd { get; }

    /// <summary>Begins one stream of events that are written here.</summary>
    public abstract IChatEventWriter OpenEvents(AnswerContext context);

    /// <summary>The last event of a stream that failed. Nothing follows it, no end mark either.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="error">What the caller is told.</param>
    /// <param name="facts">What else is known.</param>
    /// <param name="isFirst">Whether no event stands before it: the model was slow, its headers went out, and then it failed.</param>
    public abstract void WriteErrorEvent(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts, bool isFirst);

    /// <summary>A streamed chat answer as events. Each item is valid until the next.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(AnswerContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var outcome = (ChatOutcome)context.Outcome;
        var updates = outcome.Updates ?? (outcome.Response ?? ReadChat(outcome.ResponseBytes!.Value.Span)).ToChatResponseUpdates().ToAsyncEnumerable();
        var writer = OpenEvents(context);
        var output = new ArrayBufferWriter<byte>(1024);
        var losses = new AnswerLosses(Words, context.Losses);
        await foreach (var update in updates.WithCancellation(cancellationToken))
        {
            losses.Note(update);
            writer.Write(output, update);
            if (output.WrittenCount > 0)
            {
                yield return output.WrittenMemory;
                output.ResetWrittenCount();
            }
        }

        TellLosses(output, context.Losses);
        writer.Complete(output, context.Usage);
        if (output.WrittenCount > 0)
        {
            yield return output.WrittenMemory;
        }
    }

    // The headers of a stream are out long before its end, where most of this is known. A comment is what every reader of events passes over and people see; lines and arrays have none.
    private void TellLosses(ArrayBufferWriter<byte> output, LossReport losses)
    {
        if (losses.Dropped.Count > 0 && Framing.ContentType.StartsWith("text/event-stream", StringComparison.Ordinal))
        {
            Encoding.UTF8.GetBytes($": x-conductor-dropped-params: {string.Join(',', losses.Dropped)}\n\n", output);
        }
    }

    // ---- Errors ---------------------------------------------------------------------------------------------------------------------------------------

    /// <summary>The status of an error, where the dialect has another one for it than Core's table.</summary>
    public virtual int StatusOf(ConductorException error) => error.Status;

    /// <summary>The body of an error.</summary>
    public abstract void WriteError(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts);
}
