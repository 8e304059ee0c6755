using MediatR;

namespace Conductor.Calls;

/// <summary>A typed operation.</summary>
public sealed class OperationCall : ModelCall, IRequest<OperationOutcome>
{
    private ReadOnlyMemory<byte> _payload;
    private EmbeddingRequest? _embedding;

    /// <summary>The operation's name, for example `sentiment_analysis`.</summary>
    public required string Operation { get; init; }

    /// <summary>`{text, language, parameters, context}` and what else the operation's request schema names, as UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Payload
    {
        get => _payload;
        init => _payload = value;
    }

    /// <summary>For an operation of embedding models, what the payload wants turned into vectors; null for every other, and where nobody has read it yet.</summary>
    public EmbeddingRequest? Embedding
    {
        get => _embedding;
        init => _embedding = value;
    }

    /// <summary>Whether the caller wants the text of a plain-text operation piece by piece. Every other operation answers whole.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>For chat models; null = the prompt's own.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>For chat models, 0 to 2; null = the prompt's own.</summary>
    public float? Temperature { get; init; }

    /// <summary>For chat models, 0 to 1; null = the prompt's own.</summary>
    public float? TopP { get; init; }

    public override string OperationName => Operation;

    /// <summary>Puts what the hooks made of it in the place of the request.</summary>
    internal void Replace(ReadOnlyMemory<byte> payload, EmbeddingRequest? embedding) => (_payload, _embedding) = (payload, embedding);
}
