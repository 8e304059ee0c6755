namespace Conductor.Host.Lab.Wires.Targets;

/// <summary>Everything that arrives over a wire.</summary>
internal static class WireTargets
{
    public static IReadOnlyList<WireTarget> All { get; } = [.. OpenAITargets.All, .. ResponsesTargets.All, .. AnthropicTargets.All, .. GeminiTargets.All, .. OllamaTargets.All];

    /// <summary>A target by its name; null where there is none.</summary>
    public static WireTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
