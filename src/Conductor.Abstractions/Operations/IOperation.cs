namespace Conductor.Operations;

/// <summary>A typed operation. Payloads cross as UTF-8 JSON, so that an operation's own types never leave its load context.</summary>
/// <remarks>Most operations derive from <see cref="Operation{TRequest, TResult}"/>, which reads and writes that JSON for them.</remarks>
public interface IOperation
{
    /// <summary>Name, schemas, prompt and limits.</summary>
    OperationDescriptor Descriptor { get; }

    /// <summary>Checks what the request schema cannot say. The host has already held the payload against the schema.</summary>
    /// <param name="payload">`{text, language, parameters, context}` as UTF-8 JSON.</param>
    /// <exception cref="OperationRequestException">The payload is wrong; the exception names the field.</exception>
    void Validate(ReadOnlyMemory<byte> payload);

    /// <summary>What the answer depends on beside the payload, for example the minute that "tomorrow" is counted from; null = nothing. Equal requests with different variants share no cached answer.</summary>
    /// <param name="payload">The request as UTF-8 JSON, already checked.</param>
    string? CacheVariant(ReadOnlyMemory<byte> payload) => null;

    /// <summary>The values that the prompt's variables take. Strings, numbers, booleans, and lists and dictionaries of them.</summary>
    IReadOnlyDictionary<string, object?> CreatePromptArguments(ReadOnlyMemory<byte> payload);

    /// <summary>Turns a model's answer into the result, as UTF-8 JSON that fits <see cref="OperationDescriptor.ResultSchema"/>.</summary>
    /// <exception cref="OperationReplyException">The answer cannot be read; the host asks the model once more and quotes the message.</exception>
    ReadOnlyMemory<byte> ReadReply(OperationReply reply, ReadOnlyMemory<byte> payload);
}
