namespace Conductor.Calls;

/// <summary>Vectors, typed or as the caller's dialect's bytes.</summary>
public sealed class EmbeddingOutcome : ModelOutcome
{
    public IReadOnlyList<ReadOnlyMemory<float>>? Vectors { get; init; }

    public ReadOnlyMemory<byte>? ResponseBytes { get; init; }
}
