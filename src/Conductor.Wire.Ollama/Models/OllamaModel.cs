namespace Conductor.Wire.Ollama;

/// <summary>A row of `/api/tags`: a model that is on the server's disk.</summary>
/// <param name="Name">With its tag, for example `llama3.2:latest`.</param>
/// <param name="Digest">Of its manifest; changes when the model behind the name does. Empty where the server names none.</param>
/// <param name="Family">For example `llama` or `bert`; null where the server names none.</param>
public sealed record OllamaModel(string Name, string Digest, string? Family);

/// <summary>What `/api/show` says of a model.</summary>
/// <param name="Capabilities">For example `completion`, `tools`, `vision`, `embedding`, `thinking`; null where the server is too old to say.</param>
/// <param name="ContextLength">The longest context that the model was made for, in tokens; null where unknown.</param>
public sealed record OllamaModelCard(IReadOnlySet<string>? Capabilities, int? ContextLength);
