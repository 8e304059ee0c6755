using System.Text.Json.Serialization.Metadata;
using Conductor.Calls;
using Conductor.InProcess;
using Conductor.Operations;

namespace Conductor;

/// <summary>The typed operations in process: requests and results as records. Every method goes down the same pipeline as a request over HTTP, checks included.</summary>
/// <remarks>All throw <see cref="Errors.ConductorException"/> where the request is wrong or nobody could serve it.</remarks>
public static class OperationExtensions
{
    private static OperationsJsonContext Json => OperationsJsonContext.Default;

    /// <summary>How a text feels about what it speaks of.</summary>
    public static Task<OperationResult<SentimentResult>> AnalyzeSentimentAsync(
        this IConductor conductor, string text, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.AnalyzeSentimentAsync(new SentimentRequest { Text = text }, options, cancellationToken);

    /// <summary>How a text feels about what it speaks of.</summary>
    public static Task<OperationResult<SentimentResult>> AnalyzeSentimentAsync(
        this IConductor conductor, SentimentRequest request, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.RunOperationAsync("sentiment_analysis", request, Json.SentimentRequest, Json.SentimentResult, options, cancellationToken);

    /// <summary>Which of several things somebody wants.</summary>
    public static Task<OperationResult<IntentDetectionResult>> DetectIntentAsync(
        this IConductor conductor, IntentDetectionRequest request, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.RunOperationAsync("intent_detection", request, Json.IntentDetectionRequest, Json.IntentDetectionResult, options, cancellationToken);

    /// <summary>What a text names.</summary>
    public static Task<OperationResult<EntityExtractionResult>> ExtractEntitiesAsync(
        this IConductor conductor, string text, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.ExtractEntitiesAsync(new EntityExtractionRequest { Text = text }, options, cancellationToken);

    /// <summary>What a text names.</summary>
    public static Task<OperationResult<EntityExtractionResult>> ExtractEntitiesAsync(
        this IConductor conductor, EntityExtractionRequest request, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.RunOperationAsync("entity_extraction", request, Json.EntityExtractionRequest, Json.EntityExtractionResult, options, cancellationToken);

    /// <summary>A text in short.</summary>
    public static Task<OperationResult<SummarizationResult>> SummarizeAsync(
        this IConductor conductor, string text, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.SummarizeAsync(new SummarizationRequest { Text = text }, options, cancellationToken);

    /// <summary>A text in short.</summary>
    public static Task<OperationResult<SummarizationResult>> SummarizeAsync(
        this IConductor conductor, SummarizationRequest request, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.RunOperationAsync("summarization", request, Json.SummarizationRequest, Json.SummarizationResult, options, cancellationToken);

    /// <summary>Texts as vectors, in their order.</summary>
    public static Task<OperationResult<EmbeddingsResult>> EmbedTextsAsync(
        this IConductor conductor, IReadOnlyList<string> texts, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.EmbedTextsAsync(new EmbeddingsRequest { Texts = texts }, options, cancellationToken);

    /// <summary>Texts as vectors, in their order.</summary>
    public static Task<OperationResult<EmbeddingsResult>> EmbedTextsAsync(
        this IConductor conductor, EmbeddingsRequest request, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.RunOperationAsync("embeddings", request, Json.EmbeddingsRequest, Json.EmbeddingsResult, options, cancellationToken);

    /// <summary>An answer to what the user says.</summary>
    public static Task<OperationResult<ResponseGenerationResult>> GenerateAsync(
        this IConductor conductor, string text, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.GenerateAsync(new ResponseGenerationRequest { Text = text }, options, cancellationToken);

    /// <summary>An answer to what the user says, with the conversation so far.</summary>
    public static Task<OperationResult<ResponseGenerationResult>> GenerateAsync(
        this IConductor conductor, ResponseGenerationRequest request, OperationRunOptions? options = null, CancellationToken cancellationToken = default) =>
        conductor.RunOperationAsync("response_generation", request, Json.ResponseGenerationRequest, Json.ResponseGenerationResult, options, cancellationToken);

    /// <summary>An answer piece by piece, while the model writes it. Nothing is asked before it is enumerated; enumerate once.</summary>
    public static GeneratedText GenerateStreamingAsync(this IConductor conductor, string text, OperationRunOptions? options = null) =>
        conductor.GenerateStreamingAsync(new ResponseGenerationRequest { Text = text }, options);

    /// <summary>An answer piece by piece, while the model writes it. Nothing is asked before it is enumerated; enumerate once.</summary>
    public static GeneratedText GenerateStreamingAsync(this IConductor conductor, ResponseGenerationRequest request, OperationRunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(conductor);
        ArgumentNullException.ThrowIfNull(request);
        return new GeneratedText(conductor, request, options ?? OperationRunOptions.Default);
    }

    /// <summary>Any operation, an own one for example, by its name.</summary>
    /// <param name="conductor">Conductor.</param>
    /// <param name="operation">The operation's name.</param>
    /// <param name="request">Becomes a JSON object: `text`, `language`, `parameters`, `context` and what else the operation's schema names.</param>
    /// <param name="requestType">Its JSON metadata, source-generated or not.</param>
    /// <param name="resultType">The result's JSON metadata.</param>
    /// <param name="options">Who serves it and how; null = as configured.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<OperationResult<TResult>> RunOperationAsync<TRequest, TResult>(
        this IConductor conductor,
        string operation,
        TRequest request,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TResult> resultType,
        OperationRunOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conductor);
        var call = await TypedCalls.CreateAsync(conductor, operation, request, requestType, options ?? OperationRunOptions.Default, isStreaming: false, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            var outcome = await conductor.RunAsync(call, cancellationToken).ConfigureAwait(false);
            return TypedCalls.Read(call, outcome, resultType);
        }
    }
}
