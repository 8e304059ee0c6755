namespace Conductor.Providers;

/// <summary>What a raw request asks for. Later versions of the contract add members; a transport says no to those that it does not know.</summary>
public enum RawEndpoint
{
    /// <summary>A chat completion, streamed or not.</summary>
    Chat,

    /// <summary>Embeddings.</summary>
    Embeddings,

    /// <summary>A completion of bare text, in dialects that have an address for it beside chat: OpenAI's `/v1/completions`, Ollama's `/api/generate`.</summary>
    Completions,

    /// <summary>OpenAI's `/v1/responses`.</summary>
    Responses,

    /// <summary>How many tokens a chat would take, without an answer to it.</summary>
    CountTokens,

    /// <summary>Embeddings of several contents, in dialects that have an address of its own for them: Gemini's `:batchEmbedContents`.</summary>
    BatchEmbeddings,
}
