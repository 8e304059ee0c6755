using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Operations;

namespace Conductor.InProcess;

/// <summary>Calls from typed requests, and typed results from their outcomes.</summary>
internal static class TypedCalls
{
    /// <summary>A call that is checked as a request over HTTP is.</summary>
    public static async Task<OperationCall> CreateAsync<TRequest>(
        IConductor conductor, string operation, TRequest request, JsonTypeInfo<TRequest> requestType, OperationRunOptions options, bool isStreaming, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentNullException.ThrowIfNull(request);
        Check(options);
        var body = Serialize(request, requestType);
        await conductor.StartAsync(cancellationToken).ConfigureAwait(false);
        using var parsed = OperationRequest.Parse(operation, body, conductor.Catalog);
        var read = await parsed.ReadCallAsync(ContextOf(options), cancellationToken, options.Handling).ConfigureAwait(false);
        return new OperationCall
        {
            Context = read.Context,
            CallerAborted = cancellationToken,
            Operation = read.Operation,
            Model = options.Model ?? read.Model,
            Payload = read.Payload,
            Embedding = read.Embedding,
            IsStreaming = isStreaming,
            MaxTokens = options.MaxTokens ?? read.MaxTokens,
            Temperature = options.Temperature ?? read.Temperature,
            TopP = options.TopP ?? read.TopP,
            Constraints = options.Constraints ?? read.Constraints,
            Options = read.Options,
        };
    }

    public static OperationResult<TResult> Read<TResult>(OperationCall call, OperationOutcome outcome, JsonTypeInfo<TResult> resultType) =>
        new(JsonSerializer.Deserialize(outcome.Result.Span, resultType)!, OperationAnswer.From(call, outcome));

    // Options may serve many calls, and the ledger books two calls of one id as one.
    private static CallContext ContextOf(OperationRunOptions options) =>
        CallContext.New() is var fresh && options.Context is { } given ? given with { CallId = fresh.CallId } : fresh;

    private static byte[] Serialize<TRequest>(TRequest request, JsonTypeInfo<TRequest> requestType)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(request, requestType);
        }
        catch (Exception mistake) when (mistake is JsonException or ArgumentException or InvalidOperationException)
        {
            // NaN, nested without end, an element of a document that is gone, half a surrogate pair inside one
            throw new InvalidRequestException($"The request cannot be written as JSON: {mistake.Message}", code: "invalid_json", innerException: mistake);
        }
    }

    // The ranges of a request's members of the same names.
    private static void Check(OperationRunOptions options)
    {
        if (options.Model is { Length: 0 or > 400 })
        {
            throw Wrong("model", "must hold 1 to 400 characters; null leaves it to the settings");
        }

        if (options.MaxTokens is < 1 or > 1_000_000)
        {
            throw Wrong("max_tokens", "must be a whole number from 1 to 1000000");
        }

        if (options.Temperature is { } temperature && temperature is not (>= 0 and <= 2))
        {
            throw Wrong("temperature", "must be a number from 0 to 2");
        }

        if (options.TopP is { } topP && topP is not (>= 0 and <= 1))
        {
            throw Wrong("top_p", "must be a number from 0 to 1");
        }
    }

    private static InvalidRequestException Wrong(string name, string what) => new($"'{name}' {what}.", name, "invalid_value");
}
