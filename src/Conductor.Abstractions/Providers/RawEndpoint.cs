namespace Conductor.Providers;

/// <summary>What a raw request asks for.</summary>
public enum RawEndpoint
{
    /// <summary>A chat completion, streamed or not.</summary>
    Chat,

    /// <summary>Embeddings.</summary>
    Embeddings,
}
