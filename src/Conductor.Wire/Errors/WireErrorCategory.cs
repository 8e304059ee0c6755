namespace Conductor.Wire;

/// <summary>What an error is about, told by its code, type and text. A dialect's classifier tells it; what follows from it is the provider's to say.</summary>
public enum WireErrorCategory
{
    /// <summary>Nothing that is known here.</summary>
    Unknown,

    /// <summary>The request is wrong.</summary>
    InvalidRequest,

    /// <summary>The prompt does not fit the model.</summary>
    ContextLength,

    /// <summary>A content filter refused.</summary>
    ContentFilter,

    /// <summary>The key is bad or may not.</summary>
    Credentials,

    /// <summary>There is no such model.</summary>
    ModelNotFound,

    /// <summary>Too many requests.</summary>
    RateLimited,

    /// <summary>The account is used up.</summary>
    QuotaExhausted,

    /// <summary>Too much load.</summary>
    Overloaded,

    /// <summary>Something took too long.</summary>
    Timeout,

    /// <summary>The server failed.</summary>
    Server,

    /// <summary>The model cannot do what was asked: tools, thinking, images, embeddings, chat.</summary>
    Unsupported,

    /// <summary>The machine has too little memory for the model.</summary>
    OutOfMemory,
}
