using Conductor.Dialects;
using MediatR;

namespace Conductor.Calls;

/// <summary>Texts to vectors, from bytes of a dialect or from typed inputs.</summary>
public sealed class EmbeddingCall : ModelCall, IRequest<EmbeddingOutcome>
{
    private EmbeddingRequest? _request;

    /// <summary>The caller's bytes and their dialect; null for a call that began typed.</summary>
    public DialectBody? Body { get; init; }

    public override string OperationName => "embeddings";

    /// <summary>The typed request; parsed from <see cref="Body"/> when somebody first asks.</summary>
    public EmbeddingRequest Request
    {
        get => _request ??= Body!.Dialect.ParseEmbeddings(Body.Bytes);
        init => _request = value;
    }

    /// <summary>Puts what the hooks made of it in the place of the request. The caller's bytes stay, and no target gets them.</summary>
    internal void Replace(EmbeddingRequest request) => _request = request;
}

/// <summary>An embedding request.</summary>
/// <param name="Inputs">The texts; null when the caller sent token ids, see <see cref="Tokens"/>.</param>
/// <param name="Dimensions">Length of the vectors; null = the model's own.</param>
public sealed record EmbeddingRequest(IReadOnlyList<string>? Inputs, int? Dimensions)
{
    /// <summary>The token ids of each input. A target that takes the caller's bytes gets them as they are; any other the texts that they stand for, where the vocabulary is known by the model's name.</summary>
    public IReadOnlyList<int[]>? Tokens { get; init; }

    /// <summary>What the caller's request holds besides. A target that takes the caller's bytes loses nothing of it; of every other it is told, or refused where the caller refuses losses.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}
