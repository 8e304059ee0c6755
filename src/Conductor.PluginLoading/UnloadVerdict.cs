namespace Conductor.PluginLoading;

/// <summary>Whether a plugin's code left memory.</summary>
/// <param name="IsDead">True when its load context was collected.</param>
/// <param name="Collections">How many garbage collections that took, or were tried.</param>
public readonly record struct UnloadVerdict(bool IsDead, int Collections);
