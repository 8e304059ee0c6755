namespace Conductor.Prompts;

/// <summary>A service that a prompt's `execution_settings` may name.</summary>
/// <param name="Id">Its name, for example a provider's or an alias.</param>
/// <param name="ModelId">Its model, matched with `model_id`.</param>
public sealed record PromptService(string Id, string? ModelId = null);
