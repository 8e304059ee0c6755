namespace Conductor.Wire.Ollama;

/// <summary>What an error's text is about.</summary>
public enum OllamaErrorCategory
{
    /// <summary>Nothing that is known here.</summary>
    Unknown,

    /// <summary>The prompt, or an input, is longer than the context.</summary>
    ContextLength,

    /// <summary>The server has no such model, or its registry has not.</summary>
    ModelNotFound,

    /// <summary>The model cannot do what was asked: tools, thinking, images, embeddings, chat.</summary>
    Unsupported,

    /// <summary>The queue is full.</summary>
    Overloaded,

    /// <summary>The machine has too little memory for the model.</summary>
    OutOfMemory,

    /// <summary>A key is missing or wrong.</summary>
    Credentials,

    /// <summary>An account's limit is reached.</summary>
    RateLimited,
}
