namespace Conductor.Providers;

/// <summary>What a model can do.</summary>
[Flags]
public enum ModelCapabilities
{
    /// <summary>Nothing that Conductor knows of.</summary>
    None = 0,

    /// <summary>Answers chat messages.</summary>
    Chat = 1,

    /// <summary>Answers piece by piece.</summary>
    Streaming = 2,

    /// <summary>Calls tools.</summary>
    Tools = 4,

    /// <summary>Reads images.</summary>
    Vision = 8,

    /// <summary>Holds its answer to a JSON schema.</summary>
    JsonSchema = 16,

    /// <summary>Thinks before it answers.</summary>
    Reasoning = 32,

    /// <summary>Turns text into vectors.</summary>
    Embeddings = 64,

    /// <summary>Runs operations natively, without a prompt.</summary>
    Operations = 128,
}
