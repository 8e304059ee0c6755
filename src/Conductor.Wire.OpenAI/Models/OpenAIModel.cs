namespace Conductor.Wire.OpenAI;

/// <summary>One row of `/v1/models`.</summary>
/// <param name="Id">The name to call it by.</param>
/// <param name="OwnedBy">Who offers it.</param>
/// <param name="Created">When it appeared; null where unknown, written as 0.</param>
/// <param name="ContextWindow">Input and output together, in tokens; read from vLLM's `max_model_len`, llama.cpp's `meta` and `context_length`. Null where unknown.</param>
public sealed record OpenAIModel(string Id, string OwnedBy = "", DateTimeOffset? Created = null, int? ContextWindow = null);
