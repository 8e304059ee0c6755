namespace Conductor.Configuration;

/// <summary>A document before it is checked.</summary>
/// <param name="File">Where it comes from.</param>
/// <param name="Root">Its tree; null when it could not be read, which is among the problems.</param>
internal sealed record LoadedTree(string File, SettingsNode? Root);
