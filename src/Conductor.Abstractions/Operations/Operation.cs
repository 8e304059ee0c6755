using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Conductor.Operations;

/// <summary>An operation with a request and a result type. The JSON between them and the host goes through source-generated metadata.</summary>
/// <typeparam name="TRequest">The request: `text`, `language`, `parameters`, `context`, or any of them.</typeparam>
/// <typeparam name="TResult">The result.</typeparam>
/// <param name="descriptor">Name, schemas, prompt and limits.</param>
/// <param name="requestType">Source-generated metadata of <typeparamref name="TRequest"/>.</param>
/// <param name="resultType">Source-generated metadata of <typeparamref name="TResult"/>.</param>
public abstract class Operation<TRequest, TResult>(
    OperationDescriptor descriptor, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResult> resultType) : IOperation
{
    /// <inheritdoc/>
    public OperationDescriptor Descriptor { get; } = descriptor;

    /// <inheritdoc/>
    void IOperation.Validate(ReadOnlyMemory<byte> payload) => Validate(ReadRequest(payload));

    /// <inheritdoc/>
    string? IOperation.CacheVariant(ReadOnlyMemory<byte> payload) => CacheVariant(ReadRequest(payload));

    /// <inheritdoc/>
    IReadOnlyDictionary<string, object?> IOperation.CreatePromptArguments(ReadOnlyMemory<byte> payload) => CreatePromptArguments(ReadRequest(payload));

    /// <inheritdoc/>
    ReadOnlyMemory<byte> IOperation.ReadReply(OperationReply reply, ReadOnlyMemory<byte> payload) =>
        OperationJson.Write(ReadReply(reply, ReadRequest(payload)), resultType);

    /// <summary>Checks what the request schema cannot say; the default finds nothing wrong.</summary>
    /// <exception cref="OperationRequestException">The request is wrong; the exception names the field.</exception>
    protected virtual void Validate(TRequest request)
    {
    }

    /// <summary>What the answer depends on beside the request; the default: nothing.</summary>
    protected virtual string? CacheVariant(TRequest request) => null;

    /// <summary>The values that the prompt's variables take.</summary>
    protected abstract IReadOnlyDictionary<string, object?> CreatePromptArguments(TRequest request);

    /// <summary>Turns a model's answer into the result.</summary>
    /// <exception cref="OperationReplyException">The answer cannot be read; the host asks once more and quotes the message.</exception>
    protected abstract TResult ReadReply(OperationReply reply, TRequest request);

    /// <summary>Reads a result from a structured answer.</summary>
    /// <exception cref="OperationReplyException">The text is not the JSON of a <typeparamref name="TResult"/>.</exception>
    protected TResult ParseResult(OperationReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        try
        {
            return JsonSerializer.Deserialize(reply.Text, resultType)
                ?? throw new OperationReplyException("The answer is null where a JSON object is expected.");
        }
        catch (JsonException mistake)
        {
            throw new OperationReplyException($"The answer is not the JSON that was asked for: {mistake.Message}", mistake);
        }
    }

    /// <summary>The request that a payload holds.</summary>
    /// <exception cref="OperationRequestException">The payload cannot be read; the exception names the field.</exception>
    protected TRequest ReadRequest(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload.Span, requestType)
                ?? throw new OperationRequestException("", "The request is null where a JSON object is expected.");
        }
        catch (JsonException mistake)
        {
            throw new OperationRequestException(FieldOf(mistake.Path), $"The request cannot be read: {mistake.Message}", mistake);
        }
    }

    // "$.parameters.max_sentences" reads "parameters.max_sentences" to the caller.
    private static string FieldOf(string? path) => path is { Length: > 2 } && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";
}
