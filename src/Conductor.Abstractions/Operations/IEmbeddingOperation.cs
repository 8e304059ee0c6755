namespace Conductor.Operations;

/// <summary>An operation that embedding models run: its texts go in, its result is made from their vectors. No prompt, no chat model.</summary>
public interface IEmbeddingOperation : IOperation
{
    /// <summary>What to turn into vectors.</summary>
    /// <param name="payload">The request as UTF-8 JSON, already checked.</param>
    EmbeddingInputs ReadInputs(ReadOnlyMemory<byte> payload);

    /// <summary>Makes the result, as UTF-8 JSON that fits <see cref="OperationDescriptor.ResultSchema"/>.</summary>
    /// <param name="vectors">One for each text, in their order.</param>
    /// <param name="model">The model that made them, as provider/model.</param>
    /// <param name="payload">The request as UTF-8 JSON.</param>
    ReadOnlyMemory<byte> WriteResult(IReadOnlyList<ReadOnlyMemory<float>> vectors, string model, ReadOnlyMemory<byte> payload);
}

/// <summary>What an operation wants turned into vectors.</summary>
/// <param name="Texts">At least one.</param>
/// <param name="Dimensions">Length of the vectors; null = the model's own.</param>
public sealed record EmbeddingInputs(IReadOnlyList<string> Texts, int? Dimensions);
