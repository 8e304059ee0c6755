using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conductor.Calls;
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
        await conductor.StartAsync(cancellationToken).ConfigureAwait(false);
        using var parsed = OperationRequest.Parse(operation, JsonSerializer.SerializeToUtf8Bytes(request, requestType), conductor.Catalog);
        var read = parsed.ReadCall(options.Context ?? CallContext.New(), cancellationToken, options.Handling);
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
}
